import { DecodeError } from "../wire/decode_error.ts";
import { BodyBuffer, BodyError, type BodyFailure } from "./body_buffer.ts";
import type { BodyMemory } from "./body_memory.ts";
import type { AccessToken } from "./access_token.ts";
import { HttpAccess, isPreflight, preflightHeaders } from "./http_access.ts";
import type { HttpAnswer } from "./http_answer.ts";
import { parseContentEncoding } from "./http_content_encoding.ts";
import type { HttpHead } from "./http_head.ts";
import { HttpProblem } from "./http_problem.ts";
import type { HttpRequestReader, HttpRequestReaderOptions } from "./http_request_reader.ts";
import { type Http2Receiver, type HttpRequest, HttpServer } from "./http_server.ts";
import { unpackBody } from "./unpack_body.ts";

/** What is done with the bodies that are sent to one path. */
export interface HttpRoute {
  /** Media types that are understood. A request without one is taken for the first if that is allowed. */
  readonly contentTypes: readonly string[];
  readonly mayLackContentType?: boolean;
  /**
   * Takes a body, unpacked and valid during the call only.
   *
   * @param contentType One of those above.
   * @throws {DecodeError} When it is bad: the answer is status 400.
   */
  take(body: Uint8Array, contentType: string): HttpAnswer;
  /** Body and type of the answer to a request that cannot be taken. */
  describe(problem: HttpProblem, contentType: string | undefined): HttpAnswer;
}

/** Options of {@linkcode HttpReceiver}. */
export interface HttpReceiverOptions extends HttpRequestReaderOptions {
  /** By path. */
  routes: Readonly<Record<string, HttpRoute>>;
  /** Where bodies are kept while they arrive; receivers may share one. */
  memory: BodyMemory;
  /** Asked before each answer: a promise holds it back until it resolves, and so its sender. */
  backPressure?: () => Promise<void> | undefined;
  /** Bytes of one body, both as it comes and unpacked. @default 64 MiB */
  maxBodyBytes?: number;
  /** Connections at once; one more is closed at once and counted. @default 1,000 */
  maxConnections?: number;
  /**
   * A receiver of HTTP/2, which is given the connections that speak that, so that programs may send gRPC
   * to this port, too. Without it they are refused.
   */
  http2?: Http2Receiver;
  /** Origins of web pages that may send, `*` for all. @default none */
  corsOrigins?: readonly string[];
  /** What programs on other machines need in order to send. @default nothing */
  token?: AccessToken;
  /** Told of requests that were not taken, with the reason: `not_found`, `too_long`, … */
  onRefused?: (reason: string) => void;
}

/** Receives messages over HTTP/1.1: one body a request, each taken at once when it is whole. */
export class HttpReceiver implements AsyncDisposable {
  readonly #options: HttpReceiverOptions;
  readonly #maxBodyBytes: number;
  readonly #routes: ReadonlyMap<string, HttpRoute>;
  readonly #access: HttpAccess;
  #server!: HttpServer;

  private constructor(host: string, options: HttpReceiverOptions) {
    this.#options = options;
    this.#maxBodyBytes = options.maxBodyBytes ?? 64 * 1024 * 1024;
    this.#routes = new Map(Object.entries(options.routes));
    this.#access = new HttpAccess(host, options.corsOrigins ?? [], options.token);
  }

  /**
   * Binds an address. Programs can send from now on; `serve` starts to take what they send.
   *
   * @param host Name or address of this machine, an IPv6 address without brackets.
   * @param port 0 for any that is free.
   * @throws {Error} The runtime's own error when the address cannot be bound.
   */
  static async listen(
    host: string,
    port: number,
    options: HttpReceiverOptions,
  ): Promise<HttpReceiver> {
    const receiver = new HttpReceiver(host, options);
    receiver.#server = await HttpServer.listen(host, port, {
      ...options,
      answer: (request) => receiver.#answer(request),
      describe: (error, head) => receiver.#refuse(toProblem(error), head),
      maxSkippedBytes: receiver.#maxBodyBytes,
    });
    return receiver;
  }

  /** The port that it really has. */
  get port(): number {
    return this.#server.port;
  }

  /** Connections that were refused because too many were open. */
  get refusedConnectionCount(): number {
    return this.#server.refusedConnectionCount;
  }

  /** Accepts connections and reads from them; resolves once the receiver is closed. */
  serve(): Promise<void> {
    return this.#server.serve();
  }

  /**
   * Stops accepting, and takes what has already arrived.
   *
   * @param drainMs How long to wait for programs that keep sending, in milliseconds. @default 500
   */
  close(drainMs?: number): Promise<void> {
    return this.#server.close(drainMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer({ head, peer, reader }: HttpRequest): Promise<HttpAnswer> {
    const cors = this.#access.check(head, peer);
    const route = this.#routes.get(head.path);
    if (route === undefined) {
      const known = [...this.#routes.keys()].join(", ");
      throw new HttpProblem(404, "not_found", `There is no ${head.path} here, only ${known}`, cors);
    }
    if (isPreflight(head)) {
      return { status: 204, headers: { ...cors, ...preflightHeaders(head) } };
    }
    try {
      const contentType = parseContentType(head, route);
      const answer = await this.#take(reader, head, route, contentType);
      return { ...answer, headers: { ...cors, ...answer.headers } };
    } catch (error) {
      const { status, reason, message, headers } = toProblem(error);
      throw new HttpProblem(status, reason, message, { ...cors, ...headers });
    }
  }

  async #take(
    reader: HttpRequestReader,
    head: HttpHead,
    route: HttpRoute,
    contentType: string,
  ): Promise<HttpAnswer> {
    const packing = parseContentEncoding(head.headers.get("content-encoding"));
    const body = new BodyBuffer(this.#options.memory, this.#maxBodyBytes);
    const unpacked = new BodyBuffer(this.#options.memory, this.#maxBodyBytes);
    try {
      await this.#readBody(reader, head, body);
      if (packing !== undefined) await unpackBody(body.content, packing, unpacked);
      const wait = this.#options.backPressure?.();
      if (wait !== undefined) await wait;
      return route.take(packing === undefined ? body.content : unpacked.content, contentType);
    } finally {
      // A read that was given up may still be under way.
      body.release(!reader.isReading);
      unpacked.release();
    }
  }

  async #readBody(reader: HttpRequestReader, head: HttpHead, body: BodyBuffer): Promise<void> {
    // What is known to be too long is not even asked for.
    if ((head.bodyLength ?? 0) > this.#maxBodyBytes) throw body.tooLong();
    if (head.expectsContinue) {
      await reader.write(CONTINUE).catch(() => {
        throw new HttpProblem(400, "cut", "The sender left before its body");
      });
    }
    await reader.readBody(body);
  }

  #refuse(problem: HttpProblem, head: HttpHead | undefined): HttpAnswer {
    this.#options.onRefused?.(problem.reason);
    const route = head && this.#routes.get(head.path);
    const answer = route?.describe(problem, mediaType(head)) ?? { body: `${problem.message}\n` };
    return { ...answer, status: problem.status, headers: problem.headers };
  }
}

/** The media type of a request as its route knows it. */
function parseContentType(head: HttpHead, route: HttpRoute): string {
  if (head.method !== "POST") {
    throw new HttpProblem(405, "method", `${head.path} takes POST, not ${head.method}`, {
      allow: "POST",
    });
  }
  const type = mediaType(head);
  if (type === undefined && route.mayLackContentType) return route.contentTypes[0];
  if (type !== undefined && route.contentTypes.includes(type)) return type;
  throw new HttpProblem(
    415,
    "content_type",
    `Content-Type ${type === undefined ? "is missing" : `"${type}" is not understood`}; send ` +
      route.contentTypes.join(" or "),
    { accept: route.contentTypes.join(", ") },
  );
}

function mediaType(head: HttpHead | undefined): string | undefined {
  const type = head?.headers.get("content-type")?.replace(/\s*;.*$/, "").toLowerCase();
  return type === "" ? undefined : type;
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof DecodeError) return new HttpProblem(400, "malformed", error.message);
  if (error instanceof BodyError) {
    const { reason, message } = error;
    return new HttpProblem(BODY_STATUS[reason], reason, message, BODY_HEADERS[reason]);
  }
  // A mistake of ours must cost no more than the request that shows it.
  return new HttpProblem(500, "internal_error", `Cannot take the request: ${error}`);
}

const BODY_STATUS: Readonly<Record<BodyFailure, number>> = {
  too_long: 413,
  overloaded: 503,
  malformed_encoding: 400,
};
const BODY_HEADERS: Partial<Record<BodyFailure, Readonly<Record<string, string>>>> = {
  overloaded: { "retry-after": "1" },
};
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
