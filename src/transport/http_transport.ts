import { mayUseNetwork } from "../runtime/may_use_network.ts";
import { type HttpAnswer, HttpPoster } from "../runtime/http_poster.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { type Refusal, rejected, retryAfter, type SendResult, SENT } from "./send_result.ts";
import type { Transport } from "./transport.ts";

/** Options of {@linkcode HttpTransport}. */
export interface HttpTransportOptions {
  /** What a message is, for example `application/x-protobuf`. */
  contentType: string;
  /** More headers, for example with a token. */
  headers?: Readonly<Record<string, string>>;
  /** What a successful answer says of messages that were not all taken. */
  readRefusal?: (answer: HttpAnswer) => Refusal | undefined;
  /** What an answer that is none of success says, for people. */
  readMessage?: (answer: HttpAnswer) => string;
  /** The waits between attempts, where the receiver does not say how long. */
  backoff?: BackoffOptions;
  /** How long one attempt may take, in milliseconds. @default 10,000 */
  timeoutMs?: number;
}

/**
 * Sends each batch in a POST request, which is how OTLP and Zipkin travel.
 *
 * Answers `retry` while nobody listens or answers, and to the status codes for which OTLP wants that:
 * 429, 502, 503 and 504, after the time that `Retry-After` gives (at most five minutes). Any other code is
 * final: `rejected` with, for example, `http_400`. `not_permitted` when the runtime forbids the address,
 * `closed` afterwards. See https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export class HttpTransport implements Transport {
  readonly #url: URL;
  readonly #options: HttpTransportOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #poster: HttpPoster;
  readonly #backoff: Backoff;
  #isPermitted: boolean | undefined;
  #isClosed = false;
  #unfinished: Promise<unknown> | undefined;

  /** @param url Where to send. Nothing happens before the first batch. */
  constructor(url: URL, options: HttpTransportOptions) {
    this.#url = url;
    this.#options = options;
    this.#headers = { ...options.headers, "content-type": options.contentType };
    this.#poster = new HttpPoster(url);
    this.#backoff = new Backoff({ maxMs: 5000, ...options.backoff });
  }

  send(batch: Uint8Array): SendResult | Promise<SendResult> {
    if (this.#isClosed) return rejected("closed");
    const { hostname, port, protocol } = this.#url;
    this.#isPermitted ??= mayUseNetwork(
      hostname.replace(/^\[|\]$/g, ""),
      Number(port || (protocol === "https:" ? 443 : 80)),
    );
    if (!this.#isPermitted) return rejected("not_permitted");
    const result = this.#post(batch);
    this.#unfinished = result;
    return result;
  }

  /** A request takes turns of the event loop, of which an exiting program has none. */
  sendAtExit(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#poster.close();
    await this.#unfinished;
  }

  async #post(batch: Uint8Array): Promise<SendResult> {
    let answer: HttpAnswer;
    try {
      answer = await this.#poster.post(batch, this.#headers, this.#options.timeoutMs ?? 10_000);
    } catch (error) {
      if (this.#isClosed) return rejected("closed");
      return retryAfter(
        this.#backoff.next(),
        (error as Error).name === "TimeoutError" ? "timeout" : "connection_failed",
      );
    }
    const { status } = answer;
    if (RETRYABLE.has(status)) {
      // "At once" is no time to wait: such a receiver would be asked in a loop.
      const afterMs = parseRetryAfter(answer.retryAfter) || this.#backoff.next();
      return retryAfter(afterMs, `http_${status}`);
    }
    this.#backoff.reset();
    if (status < 200 || status >= 300) {
      return rejected(`http_${status}`, this.#options.readMessage?.(answer));
    }
    const refused = this.#options.readRefusal?.(answer);
    return refused === undefined ? SENT : { status: "ok", refused };
  }
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds: seconds, or a date.
 *
 * @returns `undefined` when it says nothing that can be understood.
 */
export function parseRetryAfter(text: string | undefined, now = Date.now()): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : undefined;
}

const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_RETRY_AFTER_MS = 5 * 60_000;
