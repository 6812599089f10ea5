import { HttpProblem } from "./http_problem.ts";

/** Takes the chunks of a body apart (RFC 9112, section 7.1), in place and across reads. */
export class HttpChunkDecoder {
  /** Whether the last chunk and the trailers have been read. */
  isDone = false;
  /** Once it is done, the offset of the first byte behind the body. */
  restFrom = 0;
  #state: State = "size";
  #chunkBytes = 0;
  #hasDigits = false;
  /** Bytes of the size line or the trailers so far. */
  #lineBytes = 0;

  /**
   * Moves the data in `bytes[from, to)` to its beginning.
   *
   * @returns Offset one past the data.
   * @throws {HttpProblem} When these are no chunks.
   */
  decode(bytes: Uint8Array, from: number, to: number): number {
    let written = from;
    for (let at = from; at < to && !this.isDone;) {
      if (this.#state !== "data") {
        this.#readFraming(bytes[at++]);
        this.restFrom = at;
        continue;
      }
      const count = Math.min(this.#chunkBytes, to - at);
      if (written !== at) bytes.copyWithin(written, at, at + count);
      written += count;
      at += count;
      this.#chunkBytes -= count;
      if (this.#chunkBytes === 0) this.#state = "data_end";
    }
    return written;
  }

  #readFraming(byte: number): void {
    if (++this.#lineBytes > MAX_FRAMING_BYTES) throw malformed("a line is too long");
    switch (this.#state) {
      case "size": {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          this.#hasDigits = true;
          this.#chunkBytes = this.#chunkBytes * 16 + digit;
          if (this.#chunkBytes > Number.MAX_SAFE_INTEGER) throw malformed("a size is too large");
        } else if (!this.#hasDigits) throw malformed("a size is missing");
        else if (byte === CARRIAGE_RETURN) this.#state = "size_end";
        else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.#state = "extension";
        else throw malformed("a size has a strange digit");
        break;
      }
      case "extension":
        if (byte === CARRIAGE_RETURN) this.#state = "size_end";
        else if (byte === LINE_FEED) throw malformed("a line ends strangely");
        break;
      case "size_end":
        if (byte !== LINE_FEED) throw malformed("a line ends strangely");
        this.#hasDigits = false;
        this.#lineBytes = 0;
        this.#state = this.#chunkBytes === 0 ? "trailer_start" : "data";
        break;
      case "data_end":
      case "data_end_2":
        if (byte !== (this.#state === "data_end" ? CARRIAGE_RETURN : LINE_FEED)) {
          throw malformed("a chunk is longer than its size");
        }
        this.#state = this.#state === "data_end" ? "data_end_2" : "size";
        this.#lineBytes = 0;
        break;
      case "trailer_start":
        this.#state = byte === CARRIAGE_RETURN ? "last" : "trailer";
        break;
      case "trailer":
        if (byte === LINE_FEED) this.#state = "trailer_start";
        break;
      case "last":
        if (byte !== LINE_FEED) throw malformed("a line ends strangely");
        this.isDone = true;
    }
  }
}

type State =
  | "size"
  | "extension"
  | "size_end"
  | "data"
  | "data_end"
  | "data_end_2"
  | "trailer_start"
  | "trailer"
  | "last";

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function malformed(what: string): HttpProblem {
  return new HttpProblem(400, "malformed_request", `Malformed chunks: ${what}`);
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 0x09;
/** Of one size line with its extensions, or of all the trailers. */
const MAX_FRAMING_BYTES = 8192;
