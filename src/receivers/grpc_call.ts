import { canUnpackZstd, type Packing } from "../runtime/decompress.ts";
import { encodeHeaderBlock } from "../wire/http2/encode_header_block.ts";
import type { AccessToken } from "./access_token.ts";
import { BodyBuffer, tooLong } from "./body_buffer.ts";
import type { BodyMemory } from "./body_memory.ts";
import { GRPC_STATUS, GrpcProblem, toGrpcProblem } from "./grpc_problem.ts";
import type { Http2Request, Http2RequestHandler } from "./http2_request.ts";
import { unpackBody } from "./unpack_body.ts";

/** A unary method: takes the request message, answers the response message. */
export type GrpcMethod = (request: Uint8Array) => Uint8Array;

/** What a {@linkcode GrpcCall} has to know. */
export interface GrpcCallOptions {
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
  /** What calls from other machines have to carry. @default nothing */
  token?: AccessToken;
  /** Told of calls that were not taken, with the reason: `not_found`, `too_long`, … */
  onRefused?: (reason: string) => void;
}

/** One unary call while it arrives. See https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export class GrpcCall implements Http2RequestHandler {
  readonly #request: Http2Request;
  readonly #options: GrpcCallOptions;
  readonly #onWhole: (work: Promise<void>) => void;
  readonly #maxMessageBytes: number;
  readonly #body: BodyBuffer;
  readonly #deadline: number;
  #method: GrpcMethod | undefined;

  /**
   * @param peer The address that it comes from; `undefined` when that is not known.
   * @param onWhole Told of what is still to be done when the message is whole.
   */
  constructor(
    request: Http2Request,
    peer: string | undefined,
    options: GrpcCallOptions,
    onWhole: (work: Promise<void>) => void,
  ) {
    this.#request = request;
    this.#options = options;
    this.#onWhole = onWhole;
    this.#maxMessageBytes = options.maxMessageBytes ?? 64 * 1024 * 1024;
    // More than a message may have, so that its own length is looked at first.
    this.#body = new BodyBuffer(options.memory, this.#maxMessageBytes + SLACK_BYTES);
    this.#deadline = Date.now() + (options.messageTimeoutMs ?? 60_000);
    this.#begin(peer);
  }

  data(bytes: Uint8Array): void {
    try {
      this.#body.append(bytes);
      if (this.#body.length < PREFIX_BYTES) return;
      if (messageLength(this.#body.content) > this.#maxMessageBytes) {
        throw tooLong(this.#maxMessageBytes);
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  end(): void {
    const method = this.#method;
    // Nobody is told of a message that is given up while it is taken.
    this.#method = undefined;
    if (method !== undefined) this.#onWhole(this.#take(method));
  }

  abort(): void {
    if (this.#method !== undefined) this.#body.release();
    this.#method = undefined;
  }

  expire(now: number): void {
    if (this.#method === undefined || now < this.#deadline) return;
    const message = "The message took too long to arrive";
    this.#refuse(new GrpcProblem(GRPC_STATUS.DEADLINE_EXCEEDED, "timeout", message));
  }

  #begin(peer: string | undefined): void {
    const { headers, hasLongHeaders } = this.#request;
    // What is no gRPC gets an answer of HTTP.
    if (headers.get(":method") !== "POST") return this.#request.answer({ head: NOT_POST });
    if (!hasLongHeaders && !GRPC_TYPE.test(headers.get("content-type") ?? "")) {
      return this.#request.answer({ head: NOT_GRPC });
    }
    try {
      if (hasLongHeaders) {
        const message = "The headers have more than 16,384 bytes";
        throw new GrpcProblem(GRPC_STATUS.RESOURCE_EXHAUSTED, "long_headers", message);
      }
      if (this.#options.token?.admits(peer, (name) => headers.get(name)) === false) {
        throw new GrpcProblem(
          GRPC_STATUS.UNAUTHENTICATED,
          "unauthorized",
          "Programs on other machines need this collector's token: authorization: Bearer TOKEN",
        );
      }
      const path = headers.get(":path") ?? "";
      if (!Object.hasOwn(this.#options.methods, path)) {
        throw new GrpcProblem(
          GRPC_STATUS.UNIMPLEMENTED,
          "not_found",
          `There is no method ${path}`,
        );
      }
      this.#method = this.#options.methods[path];
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #take(method: GrpcMethod): Promise<void> {
    const unpacked = new BodyBuffer(this.#options.memory, this.#maxMessageBytes);
    try {
      const packing = this.#parsePrefix();
      const message = this.#body.content.subarray(PREFIX_BYTES);
      if (packing !== undefined) await unpackBody(message, packing, unpacked);
      const wait = this.#options.backPressure?.();
      if (wait !== undefined) await wait;
      const response = method(packing === undefined ? message : unpacked.content);
      this.#request.answer({ head: HEAD, body: frame(response), trailers: TRAILERS_OK });
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#body.release();
      unpacked.release();
    }
  }

  /** How the message is packed; `undefined` when it is not. */
  #parsePrefix(): Packing | undefined {
    const framed = this.#body.content;
    if (framed.length < PREFIX_BYTES) throw malformedFraming("The call has no message");
    const length = messageLength(framed);
    if (framed.length !== PREFIX_BYTES + length) {
      throw malformedFraming(
        framed.length > PREFIX_BYTES + length
          ? "The call has more than one message, but the method takes one"
          : "The message is cut",
      );
    }
    if (framed[0] === 0) return undefined;
    if (framed[0] !== 1) throw malformedFraming("The message's prefix is not valid");
    const encoding = this.#request.headers.get("grpc-encoding") ?? "";
    const packing = ACCEPTED.find((known) => known === encoding);
    if (packing !== undefined) return packing;
    throw new GrpcProblem(
      GRPC_STATUS.UNIMPLEMENTED,
      "content_encoding",
      `Messages packed with "${encoding}" are not understood; send ${
        ACCEPTED.join(", ")
      } or identity`,
    );
  }

  #refuse(error: unknown): void {
    const { status, reason, message } = toGrpcProblem(error);
    this.#method = undefined;
    this.#body.release();
    this.#options.onRefused?.(reason);
    this.#request.answer({ head: HEAD, trailers: encodeTrailers(status, message) });
  }
}

function malformedFraming(message: string): GrpcProblem {
  return new GrpcProblem(GRPC_STATUS.INTERNAL, "malformed_request", message);
}

function messageLength(framed: Uint8Array): number {
  return new DataView(framed.buffer, framed.byteOffset).getUint32(1);
}

function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(framed.buffer).setUint32(1, message.length);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/** @param message Cut to what every client takes in one frame of headers. */
function encodeTrailers(status: number, message: string): Uint8Array {
  const cut = message.length > MAX_MESSAGE_CHARS
    ? `${message.slice(0, MAX_MESSAGE_CHARS)}…`
    : message;
  return encodeHeaderBlock([
    { name: "grpc-status", value: String(status) },
    { name: "grpc-message", value: encodeURIComponent(cut.toWellFormed()) },
  ]);
}

/** How messages may be packed. */
const ACCEPTED: readonly Packing[] = canUnpackZstd() ? ["gzip", "zstd"] : ["gzip"];
const GRPC_TYPE = /^application\/grpc(?:$|[+;])/;
const HEAD = encodeHeaderBlock([
  { name: ":status", value: "200" },
  { name: "content-type", value: "application/grpc" },
  { name: "grpc-accept-encoding", value: ["identity", ...ACCEPTED].join(",") },
]);
const TRAILERS_OK = encodeHeaderBlock([{ name: "grpc-status", value: String(GRPC_STATUS.OK) }]);
const NOT_POST = encodeHeaderBlock([
  { name: ":status", value: "405" },
  { name: "allow", value: "POST" },
]);
const NOT_GRPC = encodeHeaderBlock([{ name: ":status", value: "415" }]);
const PREFIX_BYTES = 5;
const SLACK_BYTES = 1024 * 1024;
const MAX_MESSAGE_CHARS = 500;
