import { fnvHash, formatHashId } from "../fnv_hash.ts";

/**
 * The id of the server's half of a call whose halves have one id between them, as Zipkin's clients do
 * it unless told otherwise. Here every span has an id of its own, so the server's half gets a new one and the
 * shared one becomes its parent. Spans that the server made inside name the shared id as
 * theirs and stay children of the client's half.
 *
 * It is the shared id, exclusive-or'ed with a 64-bit hash of who the server is. So the same half has the same id however often it is sent,
 * and two servers that one call reached (retries, mirrors) have different ones.
 *
 * @param id The shared id, 16 lower-case hexadecimal digits.
 * @param server What tells servers apart: name, address, port.
 * @returns 16 lower-case hexadecimal digits, not all zeros.
 * @example
 * ```ts
 * import { sharedSpanId } from "./shared_span_id.ts";
 *
 * const id = sharedSpanId("00f067aa0ba902b7", "shop\n10.0.0.1\n80");
 * if (id === "00f067aa0ba902b7") throw new Error("not its own");
 * if (id !== sharedSpanId("00f067aa0ba902b7", "shop\n10.0.0.1\n80")) throw new Error("changed");
 * ```
 */
export function sharedSpanId(id: string, server: string): string {
  const { high, low } = fnvHash(server);
  return formatHashId(parseInt(id.slice(0, 8), 16) ^ high, parseInt(id.slice(8), 16) ^ low);
}
