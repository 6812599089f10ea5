import { decompress, type Packing } from "../runtime/decompress.ts";
import { type BodyBuffer, BodyError } from "./body_buffer.ts";

/**
 * Unpacks a body.
 *
 * @throws {BodyError} When it is damaged, or becomes too large: nothing more is unpacked then.
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
  for await (const part of parts) {
    // One after another: a few bombs at once would leave no memory to anybody else.
    if (into.length > LARGE_BYTES) await into.becomeOnly();
    into.append(part);
  }
  if (damage !== undefined) {
    throw new BodyError("malformed_encoding", `Cannot unpack the body: ${damage}`);
  }
}

/** A bomb grows by the size of one part before it is noticed: at most 1,032 times in gzip. */
async function* inParts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    yield bytes.subarray(at, at + PART_BYTES);
  }
}

const PART_BYTES = 16 * 1024;
/** More than what programs usually send at once. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** The most that RFC 8878 asks of every decoder. */
const MAX_WINDOW_LOG = 23;
