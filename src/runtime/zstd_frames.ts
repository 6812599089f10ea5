/**
 * Cuts a stream of Zstandard frames into its frames. Runtimes disagree on what their decompressor does
 * with what follows a frame in the same write (some drop it), and on whether a cut is an error; fed
 * with one whole frame at a time they all do the same.
 */
export class ZstdFrames {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  /** Whether the stream ended in the middle of a frame. */
  isCut = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Whether anything follows. */
  async hasNext(): Promise<boolean> {
    while (!this.isCut && this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return false;
      this.#rest = value;
    }
    return !this.isCut;
  }

  /**
   * The bytes of the next frame, block by block; none for a frame that decoders skip.
   *
   * @throws {Error} When what follows is no frame.
   */
  async *next(): AsyncGenerator<Uint8Array> {
    const magic = await this.#take(4);
    if (magic === undefined) return;
    const number = new DataView(magic.buffer, magic.byteOffset).getUint32(0, true);
    if (number >>> 4 === SKIPPABLE_MAGIC >>> 4) return await this.#skip();
    if (number !== MAGIC) throw new Error("there is no frame where one should begin");
    const descriptor = await this.#take(1);
    if (descriptor === undefined) return;
    const [flags] = descriptor;
    const isSingleSegment = (flags >> 5 & 1) === 1;
    const headerLength = (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][flags & 3] +
      [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6];
    const header = await this.#take(headerLength);
    if (header === undefined) return;
    yield concatenate(magic, descriptor, header);
    for (let isLast = false; !isLast;) {
      const blockHeader = await this.#take(3);
      if (blockHeader === undefined) return;
      const bits = blockHeader[0] | blockHeader[1] << 8 | blockHeader[2] << 16;
      isLast = (bits & 1) === 1;
      const block = await this.#take((bits >> 1 & 3) === RUN_LENGTH_BLOCK ? 1 : bits >> 3);
      if (block === undefined) return;
      yield concatenate(blockHeader, block);
    }
    if ((flags >> 2 & 1) === 0) return;
    const checksum = await this.#take(4);
    if (checksum !== undefined) yield checksum;
  }

  async #skip(): Promise<void> {
    const size = await this.#take(4);
    if (size === undefined) return;
    let length = new DataView(size.buffer, size.byteOffset).getUint32(0, true);
    while (length > 0) {
      const part = Math.min(length, 65536);
      if (await this.#take(part) === undefined) return;
      length -= part;
    }
  }

  /** A copy of the next bytes; `undefined`, and the stream is cut, when there are not as many. */
  async #take(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      if (!await this.hasNext()) {
        this.isCut = true;
        return undefined;
      }
      const part = this.#rest.subarray(0, length - at);
      bytes.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return bytes;
  }
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RUN_LENGTH_BLOCK = 1;

function concatenate(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
