import { Buffer } from "node:buffer";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { checkFrame } from "../wire/http2/check_frame.ts";
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  FLAG,
  FRAME,
  type Frame,
  MAX_WINDOW_BYTES,
  SETTING,
} from "../wire/http2/frame.ts";
import { FrameReader } from "../wire/http2/frame_reader.ts";
import { type HeaderList, HpackDecoder } from "../wire/http2/hpack_decoder.ts";
import {
  HTTP2_ERROR,
  Http2Error,
  type Http2ErrorCode,
  protocolError,
  sizeError,
} from "../wire/http2/http2_error.ts";
import { readFramePayload } from "../wire/http2/read_frame_payload.ts";
import { readRequestHeaders } from "../wire/http2/read_request_headers.ts";
import { readSettings } from "../wire/http2/read_settings.ts";
import { Http2FloodGuard } from "./http2_flood_guard.ts";
import { Http2HeaderBlock } from "./http2_header_block.ts";
import { Http2Output } from "./http2_output.ts";
import type { Http2Answer, Http2Request, Http2RequestHandler } from "./http2_request.ts";
import { Http2Stream } from "./http2_stream.ts";

/** How long the parts of an HTTP/2 connection may take, in milliseconds. */
export interface Http2Timeouts {
  /** Without a request: the connection is closed then, and its peer told so. @default 120,000 */
  idleMs?: number;
  /** For what a connection begins with, for the headers of a request, and for sending. @default 10,000 */
  headMs?: number;
}

/** Options of {@linkcode Http2Connection}. */
export interface Http2ConnectionOptions extends Http2Timeouts {
  /** Told of each request; returns what gets the rest of it. */
  onRequest: (request: Http2Request) => Http2RequestHandler;
}

/**
 * The server's end of one HTTP/2 connection, without TLS, that clients begin with prior knowledge: requests with
 * short answers, such as gRPC has. What its peer does wrong costs the stream or the connection with the error
 * code of RFC 9113; what it may make the server keep or do for nothing is bounded.
 */
export class Http2Connection {
  readonly #connection: ByteConnection;
  readonly #options: Http2ConnectionOptions;
  readonly #headMs: number;
  readonly #reader = new FrameReader();
  readonly #hpack = new HpackDecoder({ maxListBytes: MAX_HEADER_BYTES });
  readonly #output: Http2Output;
  readonly #guard = new Http2FloodGuard();
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams whose peer may not know yet that they are reset, the latest last. */
  readonly #resetStreams = new Set<number>();
  #hasPreface = false;
  #hasSettings = false;
  #hasAnswered = false;
  #isGoingAway = false;
  #isFailed = false;
  #lastStreamId = 0;
  /** A header block that is not whole. */
  #block: Http2HeaderBlock | undefined;
  /** What the peer has sent, over all streams, since it was last told that there is room for more. */
  #uncreditedBytes = 0;
  #sendWindow = DEFAULT_WINDOW_BYTES;
  #peerStreamWindow = DEFAULT_WINDOW_BYTES;
  #peerMaxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  #deadline: number;

  constructor(connection: ByteConnection, options: Http2ConnectionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#headMs = options.headMs ?? 10_000;
    this.#output = new Http2Output(connection, this.#headMs);
    this.#deadline = Date.now() + this.#headMs;
  }

  /** Whether a request is not answered, or an answer not sent. */
  get isBusy(): boolean {
    if (this.#output.isBusy) return true;
    return [...this.#streams.values()].some((stream) => !stream.isAnswered || stream.isWaiting);
  }

  /**
   * Answers requests until the connection ends. Never rejects.
   *
   * @param first What has been read from the connection already.
   */
  async run(first: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < first.length;) {
        at += this.#reader.push(first.subarray(at));
        this.#takeFrames();
      }
      for (;;) {
        // Whoever does not read answers is not read from.
        if (this.#output.frames.length > MAX_WAITING_BYTES) await this.#output.flush();
        else this.#output.schedule();
        const count = await this.#connection.read(this.#reader.room());
        if (count === undefined) break;
        this.#reader.fill(count);
        this.#takeFrames();
      }
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#abortAll();
      this.#connection.close();
    }
  }

  /** Says that no more requests are taken; those that are under way are answered. */
  goAway(): void {
    if (!this.#hasPreface) return this.#connection.close();
    if (this.#isGoingAway || this.#isFailed) return;
    this.#isGoingAway = true;
    this.#output.frames.goAway(this.#lastStreamId, HTTP2_ERROR.NO_ERROR);
    this.#output.schedule();
    if (this.#streams.size === 0) this.#deadline = Date.now() + LINGER_MS;
  }

  /** Closes the connection at once. */
  close(): void {
    this.#connection.close();
  }

  /** Gives up what takes too long; to be called now and then. */
  expire(now: number): void {
    if (now >= this.#output.deadline) return this.#connection.close();
    for (const stream of this.#streams.values()) {
      if (!stream.isAnswered) stream.handler?.expire(now);
      if (now < stream.deadline) continue;
      // A request that is answered need not be sent to its end.
      this.#reset(stream.id, stream.isWaiting ? HTTP2_ERROR.CANCEL : HTTP2_ERROR.NO_ERROR);
      this.#output.schedule();
    }
    if (now < this.#deadline) return;
    const isIdle = this.#hasSettings && this.#block === undefined;
    if (isIdle && !this.#isFailed && !this.#isGoingAway) this.goAway();
    else this.#connection.close();
  }

  /** @throws {Http2Error} When the connection cannot go on. */
  #takeFrames(): void {
    if (!this.#hasPreface && !this.#takePreface()) return;
    for (;;) {
      const frame = this.#reader.next();
      if (frame === undefined) return;
      try {
        this.#take(frame);
      } catch (error) {
        if (!(error instanceof Http2Error) || error.streamId === undefined) throw error;
        this.#guard.spend();
        this.#reset(error.streamId, error.code);
      }
    }
  }

  #takePreface(): boolean {
    const isThere = this.#reader.skip(PREFACE);
    if (isThere === false) throw new Error("This is not HTTP/2");
    if (isThere === undefined) return false;
    this.#hasPreface = true;
    const { frames } = this.#output;
    frames.settings([
      [SETTING.MAX_CONCURRENT_STREAMS, MAX_STREAMS],
      [SETTING.INITIAL_WINDOW_SIZE, WINDOW_BYTES],
      [SETTING.MAX_FRAME_SIZE, DEFAULT_MAX_FRAME_BYTES],
      [SETTING.MAX_HEADER_LIST_SIZE, MAX_HEADER_BYTES],
    ]);
    frames.windowUpdate(0, WINDOW_BYTES - DEFAULT_WINDOW_BYTES);
    return true;
  }

  #take(frame: Frame): void {
    if (!this.#hasSettings && frame.type !== FRAME.SETTINGS) {
      throw protocolError("The first frame is not SETTINGS");
    }
    if (
      this.#block !== undefined &&
      (frame.type !== FRAME.CONTINUATION || frame.streamId !== this.#block.streamId)
    ) {
      throw protocolError("A header block is interrupted");
    }
    switch (frame.type) {
      case FRAME.DATA:
        return this.#takeData(frame);
      case FRAME.HEADERS:
        return this.#takeHeaders(frame);
      case FRAME.CONTINUATION:
        return this.#takeContinuation(frame);
      case FRAME.PRIORITY:
        checkFrame(frame, "stream", 5);
        return this.#guard.spend();
      case FRAME.RST_STREAM:
        return this.#takeReset(frame);
      case FRAME.SETTINGS:
        return this.#takeSettings(frame);
      case FRAME.PUSH_PROMISE:
        throw protocolError("A client may not push");
      case FRAME.PING:
        checkFrame(frame, "connection", 8);
        this.#guard.spend();
        if ((frame.flags & FLAG.ACK) === 0) this.#output.frames.pingAck(frame.payload);
        return;
      case FRAME.GOAWAY:
        // Whoever says so opens no more streams, and closes the connection behind the last answer.
        checkFrame(frame, "connection");
        if (frame.payload.length < 8) throw sizeError("GOAWAY");
        return this.#guard.spend();
      case FRAME.WINDOW_UPDATE:
        return this.#takeWindowUpdate(frame);
      default:
        return this.#guard.spend();
    }
  }

  #takeData(frame: Frame): void {
    const { streamId } = frame;
    const isLast = (frame.flags & FLAG.END_STREAM) !== 0;
    checkFrame(frame, "stream");
    // Padding counts, too. What there is no room for is forgotten, so that the windows never stay shut.
    const size = frame.payload.length;
    this.#uncreditedBytes = this.#credit(0, this.#uncreditedBytes + size);
    const bytes = readFramePayload(frame);
    if (bytes.length === 0 && !isLast) this.#guard.spend();
    const stream = this.#openStream(streamId);
    if (stream === undefined) return;
    if (stream.isEnded) throw streamClosed(streamId);
    stream.receive(bytes);
    if (isLast) return this.#end(stream);
    if (!stream.isBodyLengthRight) throw wrongLength(streamId);
    stream.uncreditedBytes = this.#credit(streamId, stream.uncreditedBytes + size);
  }

  /** Says that there is room for more once half of a window is used; returns what is not credited then. */
  #credit(streamId: number, bytes: number): number {
    if (bytes < WINDOW_BYTES / 2) return bytes;
    this.#output.frames.windowUpdate(streamId, bytes);
    return 0;
  }

  #takeHeaders(frame: Frame): void {
    checkFrame(frame, "stream");
    if (frame.streamId % 2 === 0) throw protocolError("A client's streams have odd numbers");
    const part = readFramePayload(frame);
    const isLast = (frame.flags & FLAG.END_STREAM) !== 0;
    if ((frame.flags & FLAG.END_HEADERS) !== 0) {
      return this.#takeBlock(frame.streamId, part, isLast);
    }
    this.#block = new Http2HeaderBlock(frame.streamId, isLast, part, MAX_HEADER_BYTES);
    this.#deadline = Date.now() + this.#headMs;
  }

  #takeContinuation(frame: Frame): void {
    const block = this.#block;
    if (block === undefined) throw protocolError("CONTINUATION continues nothing");
    block.append(frame.payload);
    if ((frame.flags & FLAG.END_HEADERS) === 0) return;
    this.#block = undefined;
    this.#restartIdleTime();
    this.#takeBlock(block.streamId, block.bytes, block.isLast);
  }

  #takeBlock(streamId: number, block: Uint8Array, isLast: boolean): void {
    // Even a block that nobody wants: those behind it depend on it.
    const list = this.#decode(block);
    if (streamId > this.#lastStreamId) return this.#open(streamId, list, isLast);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      if (this.#resetStreams.has(streamId)) return;
      throw new Http2Error(HTTP2_ERROR.STREAM_CLOSED, `Stream ${streamId} is over`);
    }
    if (stream.isEnded) throw streamClosed(streamId);
    if (!isLast || list.fields.some(({ name }) => name.startsWith(":"))) {
      throw new Http2Error(HTTP2_ERROR.PROTOCOL_ERROR, "Malformed trailers", streamId);
    }
    this.#end(stream);
  }

  #decode(block: Uint8Array): HeaderList {
    try {
      return this.#hpack.decode(block);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new Http2Error(HTTP2_ERROR.COMPRESSION_ERROR, error.message);
    }
  }

  #open(streamId: number, { fields, isTooLong }: HeaderList, isLast: boolean): void {
    if (this.#isGoingAway || this.#streams.size >= MAX_STREAMS) {
      this.#lastStreamId = streamId;
      throw new Http2Error(HTTP2_ERROR.REFUSED_STREAM, "Too many streams", streamId);
    }
    this.#lastStreamId = streamId;
    const headers = readRequestHeaders(fields, streamId);
    const stream = new Http2Stream(
      streamId,
      headers.get("content-length"),
      this.#peerStreamWindow,
    );
    this.#streams.set(streamId, stream);
    this.#deadline = Infinity;
    stream.handler = this.#options.onRequest({
      headers,
      hasLongHeaders: isTooLong,
      answer: (answer) => this.#answer(stream, answer),
    });
    if (isLast) this.#end(stream);
  }

  /** The request is whole. */
  #end(stream: Http2Stream): void {
    stream.isEnded = true;
    if (!stream.isBodyLengthRight) throw wrongLength(stream.id);
    if (!stream.isAnswered) stream.handler?.end();
    else if (!stream.isWaiting) this.#forget(stream.id);
  }

  #answer(stream: Http2Stream, answer: Http2Answer): void {
    if (this.#streams.get(stream.id) !== stream || stream.isAnswered) return;
    this.#guard.earn();
    let { head } = answer;
    if (!this.#hasAnswered) {
      // The encoder keeps no table, whatever size the peer would let it have.
      head = Buffer.concat([NO_TABLE, head]);
      this.#hasAnswered = true;
    }
    stream.begin(this.#output.frames, { ...answer, head });
    this.#send(stream);
    this.#output.schedule();
  }

  /** Sends what the windows have room for, and knows what to do when that is all. */
  #send(stream: Http2Stream): void {
    const { frames } = this.#output;
    this.#sendWindow -= stream.send(frames, this.#sendWindow, this.#peerMaxFrameBytes);
    if (stream.isWaiting) {
      if (stream.deadline === Infinity) stream.deadline = Date.now() + this.#headMs;
    } else if (stream.isEnded) {
      this.#forget(stream.id);
    } else {
      stream.deadline = Date.now() + LINGER_MS;
    }
  }

  #sendWaiting(): void {
    for (const stream of this.#streams.values()) {
      if (stream.isWaiting) this.#send(stream);
    }
  }

  #takeReset(frame: Frame): void {
    checkFrame(frame, "stream", 4);
    const stream = this.#openStream(frame.streamId, true);
    this.#guard.spend();
    if (stream === undefined) return;
    this.#forget(stream.id);
    if (!stream.isAnswered) stream.handler?.abort();
  }

  #takeSettings(frame: Frame): void {
    checkFrame(frame, "connection");
    const isAck = (frame.flags & FLAG.ACK) !== 0;
    const settings = readSettings(frame.payload);
    if (isAck) {
      if (settings.size > 0) throw sizeError("The acknowledgment of SETTINGS");
      if (!this.#hasSettings) throw protocolError("The first frame is not SETTINGS");
      return;
    }
    if (this.#hasSettings) this.#guard.spend();
    else this.#restartIdleTime();
    this.#hasSettings = true;
    this.#peerMaxFrameBytes = settings.get(SETTING.MAX_FRAME_SIZE) ?? this.#peerMaxFrameBytes;
    const window = settings.get(SETTING.INITIAL_WINDOW_SIZE) ?? this.#peerStreamWindow;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += window - this.#peerStreamWindow;
      if (stream.sendWindow > MAX_WINDOW_BYTES) throw windowOverflow();
    }
    this.#peerStreamWindow = window;
    this.#output.frames.settingsAck();
    this.#sendWaiting();
  }

  #takeWindowUpdate(frame: Frame): void {
    const { streamId, payload } = frame;
    if (payload.length !== 4) throw sizeError("WINDOW_UPDATE");
    const count = (payload[0] & 0x7f) << 24 | payload[1] << 16 | payload[2] << 8 | payload[3];
    if (streamId === 0) {
      if (count === 0) throw protocolError("WINDOW_UPDATE brings nothing");
      this.#sendWindow += count;
      if (this.#sendWindow > MAX_WINDOW_BYTES) throw windowOverflow();
      return this.#sendWaiting();
    }
    const stream = this.#openStream(streamId, true);
    if (count === 0) {
      const message = "WINDOW_UPDATE brings nothing";
      throw new Http2Error(HTTP2_ERROR.PROTOCOL_ERROR, message, streamId);
    }
    if (stream === undefined) return;
    stream.sendWindow += count;
    if (stream.sendWindow > MAX_WINDOW_BYTES) throw windowOverflow(streamId);
    if (stream.isWaiting) this.#send(stream);
  }

  /**
   * The stream that a frame is for; `undefined` when what is sent there may be ignored.
   *
   * @param mayBeOver Whether the frame may come behind the end of the stream.
   */
  #openStream(streamId: number, mayBeOver = false): Http2Stream | undefined {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) return stream;
    if (streamId > this.#lastStreamId || streamId % 2 === 0) {
      throw protocolError(`Stream ${streamId} has not begun`);
    }
    if (mayBeOver || this.#resetStreams.has(streamId)) return undefined;
    throw streamClosed(streamId);
  }

  #reset(streamId: number, code: Http2ErrorCode): void {
    this.#output.frames.rstStream(streamId, code);
    this.#resetStreams.add(streamId);
    const [oldest] = this.#resetStreams;
    if (this.#resetStreams.size > MAX_STREAMS) this.#resetStreams.delete(oldest);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    this.#forget(streamId);
    if (!stream.isAnswered) stream.handler?.abort();
  }

  #forget(streamId: number): void {
    this.#streams.delete(streamId);
    this.#restartIdleTime();
  }

  #restartIdleTime(): void {
    if (this.#block !== undefined) return;
    if (this.#streams.size > 0) {
      this.#deadline = Infinity;
      return;
    }
    const { idleMs = 120_000 } = this.#options;
    this.#deadline = Date.now() + (this.#isGoingAway ? LINGER_MS : idleMs);
  }

  #abortAll(): void {
    const open = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of open) {
      if (!stream.isAnswered) stream.handler?.abort();
    }
  }

  /** Says what was wrong, and reads on a while: closed with something unread, the kernel would take that back. */
  async #fail(error: unknown): Promise<void> {
    this.#isFailed = true;
    this.#deadline = Date.now() + LINGER_MS;
    this.#abortAll();
    // Who does not speak HTTP/2 does not understand its frames.
    if (!(error instanceof Http2Error)) return;
    this.#output.frames.goAway(this.#lastStreamId, error.code, error.message);
    await this.#output.flush();
    const scratch = new Uint8Array(SKIP_BYTES);
    while (await this.#connection.read(scratch) !== undefined);
  }
}

function streamClosed(streamId: number): Http2Error {
  return new Http2Error(HTTP2_ERROR.STREAM_CLOSED, `Stream ${streamId} is over`, streamId);
}

function wrongLength(streamId: number): Http2Error {
  const message = "The body does not have the length that was said";
  return new Http2Error(HTTP2_ERROR.PROTOCOL_ERROR, message, streamId);
}

function windowOverflow(streamId?: number): Http2Error {
  return new Http2Error(HTTP2_ERROR.FLOW_CONTROL_ERROR, "A window is too large", streamId);
}

/** See RFC 9113, section 3.4. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** Sets the size of the encoder's table to 0, RFC 7541, section 6.3. */
const NO_TABLE = Uint8Array.of(0x20);
const MAX_STREAMS = 100;
/** As much as an HTTP/1.1 request may have here. */
const MAX_HEADER_BYTES = 16 * 1024;
/**
 * How much a sender may send before it is told that there is room for more. With HTTP/2's 64 KiB a request of 500
 * spans took six such messages, two thirds of all writes to its sender, and a tenth to a quarter more time.
 * What is in memory is bounded by `BodyMemory`, whatever the window.
 */
const WINDOW_BYTES = 1024 * 1024;
const MAX_WAITING_BYTES = 64 * 1024;
/** How long the rest of a request that is answered is read, and whatever comes behind a GOAWAY. */
const LINGER_MS = 2000;
const SKIP_BYTES = 16 * 1024;
