import { bindTcp, type TcpListener } from "../runtime/bind_tcp.ts";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import {
  encodeHttpAnswer,
  encodeHttpChunk,
  type HttpAnswer,
  LAST_HTTP_CHUNK,
} from "./http_answer.ts";
import { Http2Problem, type HttpHead } from "./http_head.ts";
import { HttpRequestReader, type HttpRequestReaderOptions } from "./http_request_reader.ts";
import { StreamServer } from "./stream_server.ts";

/** A request whose head has been read. */
export interface HttpRequest {
  readonly head: HttpHead;
  /** The address that it comes from; `undefined` when that is not known. */
  readonly peer: string | undefined;
  /** What its body can be read with. */
  readonly reader: HttpRequestReader;
}

/** What takes connections that speak HTTP/2. */
export interface Http2Receiver {
  /**
   * Reads from a connection until it ends. Never rejects.
   *
   * @param first What has been read from it already.
   */
  read(connection: ByteConnection, first: Uint8Array): Promise<void>;
  /** A number that grows with everything that is received. */
  activity(): number;
}

/** Options of {@linkcode HttpServer}. */
export interface HttpServerOptions extends HttpRequestReaderOptions {
  /** Answers one request; what it throws is given to `describe`. */
  answer(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Answers a request that cannot be taken.
   *
   * @param error What `answer` threw, or what is wrong with the head.
   * @param head Unless that could not be read.
   */
  describe(error: unknown, head: HttpHead | undefined): HttpAnswer;
  /** How much of a body that nobody wanted is read, so that its sender gets to see the answer. */
  maxSkippedBytes: number;
  /** Connections at once; one more is closed at once and counted. @default 1,000 */
  maxConnections?: number;
  /** Given the connections that speak HTTP/2. Without it they are refused. */
  http2?: Http2Receiver;
}

/** Serves HTTP/1.1: bounds connections, heads and times; what is answered is its owner's. */
export class HttpServer implements AsyncDisposable {
  /** The port that it really has. */
  readonly port: number;
  readonly #options: HttpServerOptions;
  readonly #server: StreamServer;
  readonly #readers = new Set<HttpRequestReader>();
  readonly #closing = new AbortController();
  /** Grows with each request, and while it is asked for during one. */
  #activity = 0;
  #requestsUnderWay = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(listener: TcpListener, options: HttpServerOptions) {
    this.port = listener.port;
    this.#options = options;
    this.#server = new StreamServer(listener, {
      read: (connection) => this.#read(connection),
      activity: () => this.#measureActivity(),
      maxConnections: options.maxConnections ?? 1000,
    });
  }

  /**
   * Binds an address. Clients can connect from now on; `serve` starts to answer.
   *
   * @param host Name or address of this machine, an IPv6 address without brackets.
   * @param port 0 for any that is free.
   * @throws {Error} The runtime's own error when the address cannot be bound.
   */
  static async listen(host: string, port: number, options: HttpServerOptions): Promise<HttpServer> {
    return new HttpServer(await bindTcp(host, port), options);
  }

  /** Connections that were refused because too many were open. */
  get refusedConnectionCount(): number {
    return this.#server.refusedConnectionCount;
  }

  /** Accepts connections and reads from them; resolves once the server is closed. */
  serve(): Promise<void> {
    this.#timer ??= setInterval(() => {
      const now = Date.now();
      for (const reader of this.#readers) reader.expire(now);
    }, EXPIRY_INTERVAL_MS);
    return this.#server.serve();
  }

  /**
   * Stops accepting, ends what is streamed, and answers what has already arrived.
   *
   * @param drainMs How long to wait for clients that keep sending, in milliseconds. @default 500
   */
  async close(drainMs = 500): Promise<void> {
    this.#closing.abort();
    await this.#server.close(drainMs);
    clearInterval(this.#timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A request that is under way holds the closing back, whether something of it has just come or not. */
  #measureActivity(): number {
    if (this.#requestsUnderWay > 0) this.#activity++;
    return this.#activity + (this.#options.http2?.activity() ?? 0);
  }

  async #read(connection: ByteConnection): Promise<void> {
    const reader = new HttpRequestReader(connection, this.#options);
    this.#readers.add(reader);
    try {
      while (await this.#answerNext(reader, connection)) this.#activity++;
    } catch (error) {
      this.#readers.delete(reader);
      if (error instanceof Http2Problem) {
        await this.#options.http2?.read(connection, reader.takeInput());
      }
      // Else the connection broke during an answer.
    } finally {
      this.#readers.delete(reader);
    }
  }

  /** Returns whether another request may follow. */
  async #answerNext(reader: HttpRequestReader, connection: ByteConnection): Promise<boolean> {
    const { http2 } = this.#options;
    let head: HttpHead | undefined;
    try {
      head = await reader.readHead();
    } catch (error) {
      if (error instanceof Http2Problem && http2 !== undefined) throw error;
      const answer = this.#options.describe(error, undefined);
      return await this.#writeAnswer(reader, undefined, answer);
    }
    if (head === undefined) return false;
    this.#requestsUnderWay++;
    try {
      const answer = await this.#answer({ head, peer: connection.peer, reader });
      if (answer.stream === undefined || head.method === "HEAD") {
        return await this.#writeAnswer(reader, head, answer);
      }
      await this.#writeStream(reader, connection, head, answer);
      return false;
    } finally {
      this.#requestsUnderWay--;
    }
  }

  async #answer(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#options.answer(request);
    } catch (error) {
      return this.#options.describe(error, request.head);
    }
  }

  /** Returns whether another request may follow. */
  async #writeAnswer(
    reader: HttpRequestReader,
    head: HttpHead | undefined,
    answer: HttpAnswer,
  ): Promise<boolean> {
    if (head?.expectsContinue === false && reader.saidBodyLeft <= SHORT_BODY_BYTES) {
      // What was not wanted: cheaper for both sides than another connection.
      await reader.skipBody(LINGER_MS);
    }
    const isWhole = head !== undefined && reader.saidBodyLeft === 0;
    const isLast = !isWhole || !head?.isPersistent;
    await reader.write(encodeHttpAnswer(answer, { isLast, isHeadOnly: head?.method === "HEAD" }));
    // Closed with something unread, the kernel would take the answer back.
    if (!isWhole) await reader.skipAll(this.#options.maxSkippedBytes, LINGER_MS);
    return !isLast;
  }

  /**
   * Writes an answer as it is made, each part once the one before has gone: a client that does not read holds it
   * back, and is disconnected when it takes too long. It is the last of its connection, so that whatever the
   * client sends meanwhile is nothing but the sign that it has left.
   */
  async #writeStream(
    reader: HttpRequestReader,
    connection: ByteConnection,
    head: HttpHead,
    answer: HttpAnswer,
  ): Promise<void> {
    const gone = new AbortController();
    const watching = reader.untilEnd().catch(() => {}).then(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#closing.signal]);
    const { takesChunks } = head;
    try {
      await reader.write(encodeHttpAnswer(answer, { isLast: true, isChunked: takesChunks }));
      for await (const bytes of answer.stream?.(signal) ?? []) {
        if (bytes.length > 0) await reader.write(takesChunks ? encodeHttpChunk(bytes) : bytes);
        if (signal.aborted) break;
      }
      // Without it a client knows that something is missing.
      if (takesChunks && !gone.signal.aborted) await reader.write(LAST_HTTP_CHUNK);
    } finally {
      gone.abort();
      connection.close();
      await watching;
    }
  }
}

const EXPIRY_INTERVAL_MS = 250;
/** A body that is not wanted and not longer is read, so that the connection can be used again. */
const SHORT_BODY_BYTES = 64 * 1024;
/** How long the rest of a refused body is read, so that its sender gets to see the answer. */
const LINGER_MS = 2000;
