import { Buffer } from "node:buffer";
import * as http2 from "node:http2";
import { clearTimeout, setTimeout } from "node:timers";
import { ignoreBrokenBodies } from "./ignore_broken_bodies.ts";

/** How a unary gRPC call ended. */
export interface GrpcAnswer {
  /** The status code, 0 for success; see https://grpc.io/docs/guides/status-codes/ */
  readonly status: number;
  readonly message: string;
  /** A google.rpc.Status message with what the code alone does not say. */
  readonly details: Uint8Array | undefined;
  /** The response message. */
  readonly body: Uint8Array;
}

/**
 * Makes unary gRPC calls to one method over one HTTP/2 connection, which is made when it is needed, again
 * when it broke, and does not keep the program alive; only on Deno before 2.5 a call that is not answered
 * does, for as long as its timeout.
 */
export class GrpcCaller {
  readonly #url: URL;
  #session: http2.ClientHttp2Session | undefined;

  /** @param url Its path is the method's: `/package.Service/Method`. */
  constructor(url: URL) {
    ignoreBrokenBodies();
    this.#url = url;
  }

  /**
   * @param request The request message.
   * @throws {Error} When there was no answer; with the name `TimeoutError` when there was none in time.
   */
  call(
    request: Uint8Array,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<GrpcAnswer> {
    return new Promise((resolve, reject) => {
      const session = this.#connected();
      const stream = session.request({
        ":method": "POST",
        ":path": this.#url.pathname,
        "content-type": "application/grpc",
        "te": "trailers",
        "grpc-timeout": `${timeoutMs}m`,
        ...headers,
      });
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
        clearTimeout(timer);
        session.off("error", fail);
        session.off("close", onClose);
      };
      const fail = (error: Error): void => {
        settle();
        stream.destroy();
        // Deno 2.4 does not say of a session that it is broken; the next call makes another.
        this.#drop(session);
        reject(error);
      };
      const onClose = (): void => fail(new Error("The connection was closed"));
      let timer = setTimeout(() => {
        fail(Object.assign(new Error(`No answer for ${timeoutMs} ms`), { name: "TimeoutError" }));
      }, timeoutMs).unref();
      const chunks: Uint8Array[] = [];
      let length = 0;
      let answered: http2.IncomingHttpHeaders = {};
      let isEnded = false;
      const finish = (): void => {
        settle();
        resolve(readAnswer(answered, chunks));
      };
      session.once("error", fail);
      session.once("close", onClose);
      // Stays on for good: an error without a listener would end the program.
      stream.on("error", fail);
      // Both may carry the status: an answer without a body has no trailers of its own.
      stream.on("response", (response) => answered = { ...answered, ...response });
      stream.on("trailers", (trailers) => {
        answered = { ...answered, ...trailers };
        if (isEnded && !isSettled) finish();
      });
      stream.on("data", (chunk: Buffer) => {
        if (length < MAX_ANSWER_BYTES) chunks.push(chunk);
        length += chunk.length;
      });
      stream.on("end", () => {
        isEnded = true;
        // A stream that was given up ends, too.
        if (isSettled) return;
        if (!isCut(answered)) return finish();
        // A broken connection ends streams, too; the trailers of a whole answer may come after its end.
        clearTimeout(timer);
        timer = setTimeout(() => {
          fail(new Error("The connection broke before the answer was whole"));
        }, TRAILERS_MS).unref();
      });
      stream.end(frame(request));
    });
  }

  /** Closes the connection; what is under way rejects. */
  close(): void {
    if (this.#session !== undefined) this.#drop(this.#session);
  }

  #connected(): http2.ClientHttp2Session {
    const open = this.#session;
    if (open !== undefined && !open.closed && !open.destroyed) return open;
    const session = http2.connect(this.#url.origin);
    this.#session = session;
    session.on("error", () => this.#drop(session));
    // The peer asks for a new connection; what is under way on this one still ends.
    session.on("goaway", () => this.#forget(session));
    session.on("close", () => this.#forget(session));
    session.on("connect", () => session.unref?.());
    session.unref?.();
    return session;
  }

  #forget(session: http2.ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined;
  }

  #drop(session: http2.ClientHttp2Session): void {
    this.#forget(session);
    if (!session.destroyed) session.destroy();
  }
}

/** Whether an answer ends before its status; one of something that does not speak gRPC has none. */
function isCut(headers: http2.IncomingHttpHeaders): boolean {
  if (headers["grpc-status"] !== undefined) return false;
  const status = headers[":status"];
  return status === undefined ||
    Number(status) === 200 && /^application\/grpc/.test(headers["content-type"] ?? "");
}

function readAnswer(headers: http2.IncomingHttpHeaders, chunks: readonly Uint8Array[]): GrpcAnswer {
  const code = headers["grpc-status"];
  const details = headers["grpc-status-details-bin"];
  return {
    status: code === undefined ? statusOfHttp(Number(headers[":status"])) : Number(code),
    message: decodeMessage(String(headers["grpc-message"] ?? "")),
    details: typeof details === "string" ? fromBase64(details) : undefined,
    body: Buffer.concat(chunks).subarray(PREFIX_BYTES, MAX_ANSWER_BYTES),
  };
}

/** What a proxy means that does not speak gRPC; from gRPC's "HTTP to gRPC Status Code Mapping". */
function statusOfHttp(status: number): number {
  return HTTP_STATUS[status] ?? UNKNOWN;
}

/** gRPC writes messages in percent encoding; a broken one is given as it is. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** A message with its prefix: not compressed, and its length. */
function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(framed.buffer).setUint32(1, message.length);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

const PREFIX_BYTES = 5;
const TRAILERS_MS = 200;
const MAX_ANSWER_BYTES = 64 * 1024;
const UNKNOWN = 2;
const HTTP_STATUS: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
