import { Buffer } from "node:buffer";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import type { BodyBuffer } from "./body_buffer.ts";
import { HttpChunkDecoder } from "./http_chunk_decoder.ts";
import { type HttpHead, parseHttpHead } from "./http_head.ts";
import { HttpProblem } from "./http_problem.ts";

/** How long the parts of a request may take, in milliseconds. */
export interface HttpTimeouts {
  /** Between two requests, and before the first. @default 120,000 */
  idleMs?: number;
  /** From the first byte of a request to the end of its headers. @default 10,000 */
  headMs?: number;
  /** For the body. @default 60,000 */
  bodyMs?: number;
}

/** Options of {@linkcode HttpRequestReader}. */
export interface HttpRequestReaderOptions extends HttpTimeouts {
  /** Bytes of a request line with its headers. @default 16 KiB */
  maxHeadBytes?: number;
}

/**
 * Reads requests from one connection, one after another. Nothing of a request is in memory that has
 * not arrived, whatever length it says it has.
 *
 * Of the runtimes' own servers only the newest of node:http bounds time, headers and connections;
 * Deno's waits for a head for ever and takes any number of connections (measured: Deno 2.4 and 2.9).
 */
export class HttpRequestReader {
  readonly #connection: ByteConnection;
  readonly #maxHeadBytes: number;
  readonly #timeouts: Required<HttpTimeouts>;
  /** What has been read and not been taken: `#input[#from, #to)`. */
  #input: Uint8Array = new Uint8Array(FIRST_INPUT_BYTES);
  #from = 0;
  #to = 0;
  /** The body that is not read yet. */
  #bodyLeft: number | HttpChunkDecoder = 0;
  #deadline = Infinity;
  #onExpired: ((problem: HttpProblem) => void) | undefined;
  #hasBegun = false;
  #isExpired = false;

  constructor(connection: ByteConnection, options: HttpRequestReaderOptions = {}) {
    this.#connection = connection;
    this.#maxHeadBytes = options.maxHeadBytes ?? 16 * 1024;
    this.#timeouts = {
      idleMs: options.idleMs ?? 120_000,
      headMs: options.headMs ?? 10_000,
      bodyMs: options.bodyMs ?? 60_000,
    };
  }

  /** How much of the body is still to be read, as far as its sender has said. */
  get saidBodyLeft(): number {
    return typeof this.#bodyLeft === "number" ? this.#bodyLeft : Infinity;
  }

  /** Takes what has been read and not been looked at. */
  takeInput(): Uint8Array {
    const input = this.#input.slice(this.#from, this.#to);
    this.#from = this.#to;
    return input;
  }

  /** Whether a read is under way, whose buffer may still be written to. */
  get isReading(): boolean {
    return this.#onExpired !== undefined;
  }

  /** Gives up what takes too long; to be called now and then. */
  expire(now: number): void {
    if (now < this.#deadline) return;
    this.#deadline = Infinity;
    const isAnswerDue = this.#onExpired !== undefined && this.#hasBegun && !this.#isExpired;
    this.#isExpired = true;
    if (!isAnswerDue) return this.#connection.close();
    this.#onExpired?.(
      new HttpProblem(408, "timeout", "The request took too long; send it at once"),
    );
  }

  /**
   * The head of the next request; `undefined` when there is none.
   *
   * @throws {HttpProblem} When it is bad, too long or too slow. No other request can be read then.
   */
  async readHead(): Promise<HttpHead | undefined> {
    this.#hasBegun = this.#from < this.#to;
    this.#deadline = Date.now() + this.#timeouts[this.#hasBegun ? "headMs" : "idleMs"];
    let searched = this.#from;
    for (;;) {
      // An empty line before a request is skipped, as RFC 9112 says in section 2.2.
      while (this.#from < this.#to && isLineEnd(this.#input[this.#from])) this.#from++;
      const end = findHeadEnd(this.#input, Math.max(searched - 3, this.#from), this.#to);
      if (end >= 0) {
        const head = parseHttpHead(latin1(this.#input.subarray(this.#from, end)));
        this.#from = end + 4;
        this.#bodyLeft = head.bodyLength ?? new HttpChunkDecoder();
        return head;
      }
      searched = this.#to;
      if (this.#to - this.#from >= this.#maxHeadBytes) {
        const message = `The headers have more than ${this.#maxHeadBytes} bytes`;
        throw new HttpProblem(431, "long_headers", message);
      }
      searched -= this.#makeRoom();
      const count = await this.#read(this.#input.subarray(this.#to));
      if (count === undefined) {
        if (this.#hasBegun) throw new HttpProblem(400, "cut", "The request ends in its headers");
        return undefined;
      }
      if (!this.#hasBegun) {
        this.#hasBegun = true;
        this.#deadline = Date.now() + this.#timeouts.headMs;
      }
      this.#to += count;
    }
  }

  /**
   * Reads the body to its end.
   *
   * @throws {HttpProblem} When it is cut, too slow, or no good chunks.
   * @throws {BodyError} When there is no room for it.
   */
  async readBody(body: BodyBuffer): Promise<void> {
    this.#deadline = Date.now() + this.#timeouts.bodyMs;
    while (this.#bodyLeft !== 0) {
      // Grows with what has come, not with what was said to come.
      body.reserve(1);
      body.fill(await this.#readBodyPart(body.bytes, body.length));
    }
    this.#deadline = Infinity;
  }

  /**
   * Reads the rest of the body and forgets it; gives up when that fails.
   *
   * @param timeoutMs How long that may take.
   */
  async skipBody(timeoutMs: number): Promise<void> {
    if (this.isReading || this.#bodyLeft === 0) return;
    this.#deadline = Date.now() + timeoutMs;
    const scratch = new Uint8Array(SKIP_BYTES);
    try {
      while (this.#bodyLeft !== 0) await this.#readBodyPart(scratch, 0);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
    }
  }

  /**
   * Reads whatever still comes and forgets it, until the sender ends the connection.
   *
   * @param maxBytes When to stop.
   * @param timeoutMs How long that may take.
   */
  async skipAll(maxBytes: number, timeoutMs: number): Promise<void> {
    if (this.isReading) return;
    this.#deadline = Date.now() + timeoutMs;
    this.#hasBegun = false;
    const scratch = new Uint8Array(SKIP_BYTES);
    for (let skipped = 0; skipped < maxBytes;) {
      const count = await this.#read(scratch);
      if (count === undefined) return;
      skipped += count;
    }
  }

  /** Reads whatever still comes and forgets it; resolves when the other side has closed the connection. */
  async untilEnd(): Promise<void> {
    this.#hasBegun = false;
    this.#from = this.#to;
    const scratch = new Uint8Array(END_BYTES);
    while (await this.#read(scratch) !== undefined);
  }

  /**
   * Writes an answer, or a part of one.
   *
   * @throws {Error} When the connection is broken, or nobody reads for too long.
   */
  async write(bytes: Uint8Array): Promise<void> {
    this.#deadline = Date.now() + this.#timeouts.headMs;
    await this.#connection.write(bytes);
    // The next part may be long in coming.
    this.#deadline = Infinity;
  }

  /** Reads a part of the body into `target` at `at`; returns how many bytes of the body that were. */
  async #readBodyPart(target: Uint8Array, at: number): Promise<number> {
    const left = this.#bodyLeft;
    const room = typeof left === "number" ? Math.min(left, target.length - at) : target.length - at;
    const to = at + await this.#readInto(target.subarray(at, at + room));
    if (typeof left === "number") {
      this.#bodyLeft = left - (to - at);
      return to - at;
    }
    const end = left.decode(target, at, to);
    if (left.isDone) {
      this.#bodyLeft = 0;
      this.#putBack(target.subarray(left.restFrom, to));
    }
    return end - at;
  }

  /** Takes what has been read before, or reads. */
  async #readInto(target: Uint8Array): Promise<number> {
    const waiting = Math.min(this.#to - this.#from, target.length);
    if (waiting > 0) {
      target.set(this.#input.subarray(this.#from, this.#from + waiting));
      this.#from += waiting;
      return waiting;
    }
    const count = await this.#read(target);
    if (count === undefined) throw new HttpProblem(400, "cut", "The request ends in its body");
    return count;
  }

  /** Keeps what belongs to the next request. */
  #putBack(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const rest = this.#input.subarray(this.#from, this.#to);
    const input = new Uint8Array(Math.max(FIRST_INPUT_BYTES, bytes.length + rest.length));
    input.set(bytes);
    input.set(rest, bytes.length);
    this.#input = input;
    this.#from = 0;
    this.#to = bytes.length + rest.length;
  }

  /** Makes room for more input; returns by how much what is there has moved. */
  #makeRoom(): number {
    if (this.#to < this.#input.length) return 0;
    const moved = this.#from;
    const length = this.#to - this.#from;
    const target = length * 2 > this.#input.length
      ? new Uint8Array(Math.min(this.#input.length * 2, this.#maxHeadBytes + FIRST_INPUT_BYTES))
      : this.#input;
    target.set(this.#input.subarray(this.#from, this.#to));
    this.#input = target;
    this.#from = 0;
    this.#to = length;
    return moved;
  }

  #read(target: Uint8Array): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#onExpired = reject;
      this.#connection.read(target).then((count) => {
        this.#onExpired = undefined;
        resolve(count);
      }, reject);
    });
  }
}

function findHeadEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = bytes.indexOf(CARRIAGE_RETURN, from); at >= 0 && at + 3 < to;) {
    if (
      bytes[at + 1] === LINE_FEED && bytes[at + 2] === CARRIAGE_RETURN &&
      bytes[at + 3] === LINE_FEED
    ) {
      return at;
    }
    at = bytes.indexOf(CARRIAGE_RETURN, at + 1);
  }
  return -1;
}

function isLineEnd(byte: number): boolean {
  return byte === CARRIAGE_RETURN || byte === LINE_FEED;
}

/** A character for each byte; `latin1` of `TextDecoder` is another encoding. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const FIRST_INPUT_BYTES = 4096;
const SKIP_BYTES = 64 * 1024;
/** For what a client sends behind its last request: hardly anything. */
const END_BYTES = 1024;
