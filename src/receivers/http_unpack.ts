import { canUnpackZstd, decompress, type Packing } from "../runtime/decompress.ts";
import type { BodyBuffer } from "./body_buffer.ts";
import { HttpProblem } from "./http_problem.ts";

/**
 * How a request's body is packed; `undefined` when it is not.
 *
 * @param encoding The Content-Encoding header.
 * @throws {HttpProblem} When it is packed in a way that is not understood here.
 */
export function parseContentEncoding(encoding: string | undefined): Packing | undefined {
  const name = (encoding ?? "").toLowerCase();
  if (name === "" || name === "identity") return undefined;
  const packing = name === "x-gzip" ? "gzip" : ACCEPTED.find((known) => known === name);
  if (packing !== undefined) return packing;
  const accepted = ACCEPTED.join(", ");
  throw new HttpProblem(
    415,
    "content_encoding",
    `Content-Encoding "${encoding}" is not understood; send ${accepted} or identity`,
    { "accept-encoding": accepted },
  );
}

/**
 * Unpacks a body.
 *
 * @throws {HttpProblem} When it is damaged.
 * @throws {BodyLimitError} When it becomes too large: nothing more is unpacked then.
 */
export async function unpackBody(
  packed: Uint8Array,
  packing: Packing,
  into: BodyBuffer,
): Promise<void> {
  let damage: string | undefined;
  // An empty body is empty whatever it is packed with.
  const parts = decompress(inParts(packed), packing, (reason) => damage = reason, {
    maxWindowLog: MAX_WINDOW_LOG,
  });
  for await (const part of parts) into.append(part);
  if (damage !== undefined) {
    throw new HttpProblem(400, "malformed_encoding", `Cannot unpack the body: ${damage}`);
  }
}

/** A bomb grows by the size of one part before it is noticed: at most 1,032 times in gzip. */
async function* inParts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    yield bytes.subarray(at, at + PART_BYTES);
  }
}

const PART_BYTES = 16 * 1024;
/** The most that RFC 8878 asks of every decoder. */
const MAX_WINDOW_LOG = 23;
const ACCEPTED: readonly Packing[] = canUnpackZstd()
  ? ["gzip", "deflate", "zstd"]
  : ["gzip", "deflate"];
