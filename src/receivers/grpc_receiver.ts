import { Buffer } from "node:buffer";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { canUnpackZstd, type Packing } from "../runtime/decompress.ts";
import { gatherHttp2Writes } from "../runtime/gather_http2_writes.ts";
import { ignoreBrokenBodies } from "../runtime/ignore_broken_bodies.ts";
import { widenHttp2Window } from "../runtime/widen_http2_window.ts";
import { DecodeError } from "../wire/decode_error.ts";
import type { AccessToken } from "./access_token.ts";
import { BodyBuffer, BodyError, type BodyFailure, tooLong } from "./body_buffer.ts";
import type { BodyMemory } from "./body_memory.ts";
import { unpackBody } from "./unpack_body.ts";

/** A unary method: takes the request message, answers the response message. */
export type GrpcMethod = (request: Uint8Array) => Uint8Array;

/** Options of {@linkcode GrpcReceiver}. */
export interface GrpcReceiverOptions {
  /** By path: `/package.Service/Method`. */
  methods: Readonly<Record<string, GrpcMethod>>;
  /** Where messages are kept while they arrive; receivers may share one. */
  memory: BodyMemory;
  /** Asked before each answer: a promise holds it back until it resolves, and so its sender. */
  backPressure?: () => Promise<void> | undefined;
  /** Bytes of one message, unpacked. @default 64 MiB */
  maxMessageBytes?: number;
  /** How long a message may take to arrive, in milliseconds. @default 60,000 */
  messageTimeoutMs?: number;
  /** Connections at once; one more is closed at once and counted. @default 1,000 */
  maxConnections?: number;
  /** What calls have to carry. @default nothing */
  token?: AccessToken;
  /** Told of calls that were not taken, with the reason: `not_found`, `too_long`, … */
  onRefused?: (reason: string) => void;
}

/**
 * Receives unary gRPC calls over HTTP/2 without TLS, messages packed with gzip, Zstandard or not. By hand on
 * `node:http2`, because the libraries for it do not run on all versions of Deno. See
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class GrpcReceiver implements AsyncDisposable {
  /** Connections that were refused because too many were open. */
  refusedConnectionCount = 0;
  readonly #server: http2.Http2Server;
  readonly #options: GrpcReceiverOptions;
  readonly #maxMessageBytes: number;
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  readonly #calls = new Set<Promise<void>>();
  readonly #giveUp = new AbortController();
  #isClosing = false;

  private constructor(options: GrpcReceiverOptions) {
    this.#options = options;
    this.#maxMessageBytes = options.maxMessageBytes ?? 64 * 1024 * 1024;
    this.#server = http2.createServer({
      settings: { maxConcurrentStreams: 100, initialWindowSize: WINDOW_BYTES },
    });
    this.#server.on("session", (session) => this.#accept(session));
    this.#server.on("stream", (stream, headers) => {
      const call = this.#answer(stream, headers).finally(() => this.#calls.delete(call));
      this.#calls.add(call);
    });
    // Also what a connection begins with that does not speak HTTP/2.
    this.#server.on("sessionError", () => {});
  }

  /**
   * Binds an address and begins to receive.
   *
   * @throws {Error} When the address cannot be bound.
   */
  static async listen(
    host: string,
    port: number,
    options: GrpcReceiverOptions,
  ): Promise<GrpcReceiver> {
    ignoreBrokenBodies();
    const receiver = new GrpcReceiver(options);
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once("error", reject);
      receiver.#server.listen(port, host, resolve);
    });
    return receiver;
  }

  /** The port that it really has. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Stops accepting, and answers the calls that are under way.
   *
   * @param drainMs How long to wait for these, in milliseconds. @default 500
   */
  async close(drainMs = 500): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      Promise.all(this.#calls),
      new Promise((resolve) => timer = setTimeout(resolve, drainMs)),
    ]);
    clearTimeout(timer);
    // Deno 2.4 does not tell the streams of a session that it is destroyed.
    this.#giveUp.abort();
    for (const session of this.#sessions) session.destroy();
    await closed;
    await Promise.all(this.#calls);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(session: http2.ServerHttp2Session): void {
    if (this.#sessions.size >= (this.#options.maxConnections ?? 1000)) {
      this.refusedConnectionCount++;
      session.destroy();
      return;
    }
    this.#sessions.add(session);
    session.on("error", () => {});
    widenHttp2Window(session, WINDOW_BYTES);
    session.on("close", () => this.#sessions.delete(session));
  }

  async #answer(
    stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
  ): Promise<void> {
    stream.on("error", () => {});
    const type = headers["content-type"] ?? "";
    // Deno 2.4 does not tell the method; the type alone shows what is meant.
    const method = headers[":method"] ?? "POST";
    if (method !== "POST" || !/^application\/grpc(?:$|[+;])/.test(type)) {
      // What is no gRPC gets an answer of HTTP.
      stream.respond({ ":status": method === "POST" ? 415 : 405, "allow": "POST" });
      stream.end();
      return;
    }
    let response: Uint8Array | undefined;
    let status = OK;
    let message = "";
    // More than a message may have, so that its own length is looked at first.
    const body = new BodyBuffer(this.#options.memory, this.#maxMessageBytes + SLACK_BYTES);
    const unpacked = new BodyBuffer(this.#options.memory, this.#maxMessageBytes);
    try {
      this.#checkToken(headers);
      const call = this.#options.methods[headers[":path"] ?? ""];
      if (call === undefined) {
        throw new GrpcProblem(UNIMPLEMENTED, "not_found", `There is no method ${headers[":path"]}`);
      }
      await this.#read(stream, body);
      const encoding = String(headers["grpc-encoding"] ?? "");
      const request = await this.#unpack(body.content, encoding, unpacked);
      const wait = this.#options.backPressure?.();
      if (wait !== undefined) await wait;
      response = call(request);
    } catch (error) {
      if (error === ABORTED) return;
      // What was not wanted is read and forgotten, so that the answer gets through.
      stream.resume();
      const problem = toProblem(error);
      status = problem.status;
      message = problem.message;
      this.#options.onRefused?.(problem.reason);
    } finally {
      body.release();
      unpacked.release();
    }
    if (stream.destroyed) return;
    if (stream.session !== undefined) gatherHttp2Writes(stream.session);
    stream.respond({
      ":status": 200,
      "content-type": "application/grpc",
      "grpc-accept-encoding": ["identity", ...ACCEPTED].join(","),
    }, { waitForTrailers: true });
    stream.on("wantTrailers", () => {
      stream.sendTrailers({
        "grpc-status": String(status),
        ...(message === "" ? {} : { "grpc-message": encodeURIComponent(message) }),
      });
    });
    // Deno 2.4 loses what `end` is given.
    if (response !== undefined) stream.write(frame(response));
    stream.end();
    await untilSent(stream);
  }

  #checkToken(headers: http2.IncomingHttpHeaders): void {
    if (this.#options.token?.isIn((name) => headers[name]?.toString()) !== false) return;
    throw new GrpcProblem(
      UNAUTHENTICATED,
      "unauthorized",
      "Programs on other machines need this collector's token: authorization: Bearer TOKEN",
    );
  }

  /** Reads a call's message with its prefix. */
  #read(stream: http2.ServerHttp2Stream, body: BodyBuffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this.#giveUp;
      const onGiveUp = (): void => settle(ABORTED);
      signal.addEventListener("abort", onGiveUp);
      function settle(error?: unknown): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", onGiveUp);
        stream.off("data", onData);
        if (error === undefined) resolve();
        else reject(error);
      }
      const onData = (chunk: Uint8Array): void => {
        try {
          body.append(chunk);
          if (body.length < PREFIX_BYTES) return;
          const length = messageLength(body.content);
          if (length > this.#maxMessageBytes) throw tooLong(this.#maxMessageBytes);
        } catch (error) {
          settle(error);
        }
      };
      const timer = setTimeout(
        () => {
          const message = "The message took too long to arrive";
          settle(new GrpcProblem(DEADLINE_EXCEEDED, "timeout", message));
        },
        this.#options.messageTimeoutMs ?? 60_000,
      );
      stream.on("data", onData);
      stream.on("end", () => settle());
      stream.on("aborted", () => settle(ABORTED));
      stream.on("close", () => settle(ABORTED));
    });
  }

  /** @param unpacked Gets the message if it is packed. */
  async #unpack(
    framed: Uint8Array,
    encoding: string,
    unpacked: BodyBuffer,
  ): Promise<Uint8Array> {
    if (framed.length < PREFIX_BYTES) throw malformedFraming("The call has no message");
    const length = messageLength(framed);
    if (framed.length !== PREFIX_BYTES + length) {
      throw malformedFraming(
        framed.length > PREFIX_BYTES + length
          ? "The call has more than one message, but the method takes one"
          : "The message is cut",
      );
    }
    const packed = framed.subarray(PREFIX_BYTES);
    if (framed[0] === 0) return packed;
    if (framed[0] !== 1) throw malformedFraming("The message's prefix is not valid");
    const packing = ACCEPTED.find((known) => known === encoding);
    if (packing === undefined) {
      throw new GrpcProblem(
        UNIMPLEMENTED,
        "content_encoding",
        `Messages packed with "${encoding}" are not understood; send ${
          ACCEPTED.join(", ")
        } or identity`,
      );
    }
    await unpackBody(packed, packing, unpacked);
    return unpacked.content;
  }
}

/** How messages may be packed. */
const ACCEPTED: readonly Packing[] = canUnpackZstd() ? ["gzip", "zstd"] : ["gzip"];

/** Those of https://grpc.io/docs/guides/status-codes/ that are used here. */
const OK = 0;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** What is too much right now may be tried again; what is too long may not. */
const BODY_STATUS: Readonly<Record<BodyFailure, number>> = {
  too_long: RESOURCE_EXHAUSTED,
  overloaded: UNAVAILABLE,
  malformed_encoding: INVALID_ARGUMENT,
};

class GrpcProblem extends Error {
  override readonly name = "GrpcProblem";
  readonly status: number;
  /** What it is counted as. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The sender has gone: nobody is there to be answered. */
const ABORTED = Symbol("aborted");

function toProblem(error: unknown): GrpcProblem {
  if (error instanceof GrpcProblem) return error;
  if (error instanceof DecodeError) {
    return new GrpcProblem(INVALID_ARGUMENT, "malformed", error.message);
  }
  if (error instanceof BodyError) {
    return new GrpcProblem(BODY_STATUS[error.reason], error.reason, error.message);
  }
  // A mistake of ours must cost no more than the call that shows it.
  return new GrpcProblem(INTERNAL, "internal_error", `Cannot take the call: ${error}`);
}

function malformedFraming(message: string): GrpcProblem {
  return new GrpcProblem(INTERNAL, "malformed_request", message);
}

/** Waits until an answer is on its way, or should be: Deno 2.4 does not tell. */
function untilSent(stream: http2.ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SENDING_MS);
    stream.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function messageLength(framed: Uint8Array): number {
  return new DataView(framed.buffer, framed.byteOffset).getUint32(1);
}

function frame(message: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(PREFIX_BYTES + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/**
 * How much a sender may send before it is told that there is room for more. With HTTP/2's 64 KiB a request of 500
 * spans took six such messages, two thirds of all writes to its sender, and a tenth to a quarter more time.
 * What is in memory is bounded by `BodyMemory`, whatever the window.
 */
const WINDOW_BYTES = 1024 * 1024;
const SENDING_MS = 100;
const PREFIX_BYTES = 5;
const SLACK_BYTES = 1024 * 1024;
