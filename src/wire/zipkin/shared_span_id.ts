/**
 * The id of the server's half of a call whose halves have one id between them, as Zipkin's clients do
 * it unless told otherwise. Here every span has an id of its own, so the server's half gets a new one and the
 * shared one becomes its parent. Spans that the server made inside name the shared id as
 * theirs and stay children of the client's half.
 *
 * It is the shared id, exclusive-or'ed with a 64-bit hash of who the server is: FNV-1a in two halves
 * of 32 bits, from two different bases. So the same half has the same id however often it is sent,
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
  const bytes = new TextEncoder().encode(server);
  const high = parseInt(id.slice(0, 8), 16) ^ hash(bytes, OFFSET_BASIS);
  const low = parseInt(id.slice(8), 16) ^ hash(bytes, OFFSET_BASIS ^ -1);
  const derived = hex(high) + hex(low);
  return derived === ZERO_ID ? "f".repeat(16) : derived;
}

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const ZERO_ID = "0".repeat(16);

function hash(bytes: Uint8Array, basis: number): number {
  let hash = basis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash;
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
