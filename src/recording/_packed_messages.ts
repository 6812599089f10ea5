import { Buffer } from "node:buffer";
import { decompress } from "../runtime/decompress.ts";
import { compressionOfBytes } from "./_compression.ts";

/** How many bytes {@linkcode isPackedMessages} looks at. */
export const PACKED_MESSAGE_START_BYTES = 8;

/** Whether bytes begin with the length of a message that is packed with Zstandard for itself. */
export function isPackedMessages(bytes: Uint8Array): boolean {
  return bytes.length >= PACKED_MESSAGE_START_BYTES &&
    compressionOfBytes(bytes.subarray(LENGTH_BYTES)) === "zstd";
}

/**
 * Unpacks messages that are packed one by one, each behind its length in 32 bits, the highest byte first: what
 * the Collector's file exporter writes with `compression: zstd`. Out comes what it writes without it: lines of
 * JSON, or messages of protobuf behind their lengths. A damaged message is left out.
 *
 * @param onDamage Told what is wrong with the first message that is damaged, or that the end is missing.
 * @throws {Error} When this runtime cannot read Zstandard.
 */
export async function* unpackMessages(
  source: AsyncIterable<Uint8Array>,
  onDamage: (reason: string) => void,
): AsyncGenerator<Uint8Array> {
  let isDamaged = false;
  function damaged(reason: string): void {
    if (!isDamaged) onDamage(reason);
    isDamaged = true;
  }
  /** What has come of messages that are not whole, put together only when the next one is. */
  let pieces: Uint8Array[] = [];
  let length = 0;
  let needed = LENGTH_BYTES;
  /** Where in the file the first piece begins. */
  let offset = 0;
  for await (const bytes of source) {
    // A copy: the source may use its buffer again.
    pieces.push(bytes.slice());
    length += bytes.length;
    if (length < needed) continue;
    const held = Buffer.concat(pieces);
    let at = 0;
    for (; length - at >= LENGTH_BYTES; at += needed) {
      const messageBytes = held.readUInt32BE(at);
      needed = LENGTH_BYTES + messageBytes;
      if (messageBytes > MAX_MESSAGE_BYTES) {
        return damaged(`a message at byte ${offset + at} has more than ${MAX_MESSAGE_BYTES} bytes`);
      }
      if (length - at < needed) break;
      const message = await unpack(
        held.subarray(at + LENGTH_BYTES, at + needed),
        (reason) => damaged(`the message at byte ${offset + at} cannot be unpacked: ${reason}`),
      );
      if (message !== undefined) yield* frame(message);
    }
    pieces = [held.subarray(at)];
    length -= at;
    if (length < LENGTH_BYTES) needed = LENGTH_BYTES;
    offset += at;
  }
  if (length > 0) damaged("the end is missing");
}

/** A whole message; `undefined` when it is damaged. */
async function unpack(
  packed: Uint8Array,
  onDamage: (reason: string) => void,
): Promise<Uint8Array | undefined> {
  let isWhole = true;
  const parts: Uint8Array[] = [];
  let length = 0;
  const unpacked = decompress(once(packed), "zstd", (reason) => {
    isWhole = false;
    onDamage(reason);
  });
  for await (const part of unpacked) {
    parts.push(part);
    length += part.length;
    if (length > MAX_MESSAGE_BYTES) {
      onDamage(`it has more than ${MAX_MESSAGE_BYTES} bytes`);
      return undefined;
    }
  }
  return isWhole ? Buffer.concat(parts) : undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function frame(message: Uint8Array): Uint8Array[] {
  if (message[0] === OPEN_BRACE) return [message, LINE_END];
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, message.length);
  return [length, message];
}

const LENGTH_BYTES = 4;
/** As the readers of what comes out have it. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
const OPEN_BRACE = 0x7b;
const LINE_END = Uint8Array.of(0x0a);
