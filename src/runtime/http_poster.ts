import { Buffer } from "node:buffer";
import * as http from "node:http";
import * as https from "node:https";
import { clearTimeout, setTimeout } from "node:timers";

/** What {@linkcode HttpPoster} got back. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly contentType: string;
  /** At most {@linkcode MAX_ANSWER_BYTES} of it. */
  readonly body: Uint8Array;
}

/**
 * Sends POST requests to one URL over a connection that stays open between them and does not keep the
 * program alive; only on Deno before 2.5 an unanswered request does, for as long as its timeout.
 *
 * With `node:http` instead of `fetch`, because that has no way to let the program end.
 */
export class HttpPoster {
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  #abort = new AbortController();

  constructor(url: URL) {
    this.#url = url;
    const isSecure = url.protocol === "https:";
    this.#agent = new (isSecure ? https : http).Agent({ keepAlive: true, maxSockets: 1 });
    this.#request = isSecure ? requestSecurely : request;
  }

  /**
   * @param timeoutMs For everything from the connection to the end of the answer, in milliseconds.
   * @throws {Error} When there was no answer; with the name `TimeoutError` when there was none in time.
   */
  post(
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const signal = this.#abort.signal;
      const sent = this.#request(this.#url, {
        method: "POST",
        agent: this.#agent,
        headers: { ...headers, "content-length": String(body.length) },
      });
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      // Rejecting comes first: what the request reports when it is destroyed differs by runtime.
      const giveUp = (error: Error): void => {
        fail(error);
        sent.destroy();
      };
      const timer = setTimeout(() => {
        giveUp(Object.assign(new Error(`No answer for ${timeoutMs} ms`), { name: "TimeoutError" }));
      }, timeoutMs).unref();
      const abort = (): void => giveUp(new Error("Given up"));
      signal.addEventListener("abort", abort, { once: true });
      sent.on("socket", (socket) => socket.unref?.());
      // Stays on for good: an error without a listener would end the program.
      sent.on("error", fail);
      sent.on("response", (response) => {
        const chunks: Uint8Array[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          if (length < MAX_ANSWER_BYTES) chunks.push(chunk);
          length += chunk.length;
        });
        response.on("error", fail);
        response.on("aborted", () => fail(new Error("The connection broke during the answer")));
        response.on("end", () => {
          settle();
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            contentType: response.headers["content-type"] ?? "",
            body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES),
          });
        });
      });
      sent.end(body);
    });
  }

  /** Breaks off what is under way, which then rejects, and closes the connection. */
  close(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#agent.destroy();
  }
}

// As they are now: once requests are traced, these would be, too, and trace themselves.
const { request } = http;
const { request: requestSecurely } = https;

/** Enough for any error message; a receiver that sends more is not listened to any longer. */
const MAX_ANSWER_BYTES = 64 * 1024;
