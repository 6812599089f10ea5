import { type GrpcAnswer, GrpcCaller } from "../runtime/grpc_caller.ts";
import { mayUseNetwork } from "../runtime/may_use_network.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { type Refusal, rejected, retryAfter, type SendResult, SENT } from "./send_result.ts";
import type { Transport } from "./transport.ts";

/** Options of {@linkcode GrpcTransport}. */
export interface GrpcTransportOptions {
  /** More headers, for example with a token. */
  headers?: Readonly<Record<string, string>>;
  /** What a successful answer says of messages that were not all taken. */
  readRefusal?: (answer: GrpcAnswer) => Refusal | undefined;
  /**
   * The wait that the details of a failure ask for, in milliseconds; `undefined` when they do not.
   * It decides whether `RESOURCE_EXHAUSTED` is worth another attempt.
   */
  readRetryDelay?: (details: Uint8Array) => number | undefined;
  /** The waits between attempts, where the receiver does not say how long. */
  backoff?: BackoffOptions;
  /** How long one attempt may take, in milliseconds. @default 10,000 */
  timeoutMs?: number;
}

/**
 * Sends each batch in a unary gRPC call, which is how OTLP travels to port 4317.
 *
 * Answers `retry` while nobody listens or answers, and to the codes for which OTLP wants that; any other
 * code is final: `rejected` with, for example, `grpc_3`. See
 * https://opentelemetry.io/docs/specs/otlp/#failures
 */
export class GrpcTransport implements Transport {
  readonly #url: URL;
  readonly #options: GrpcTransportOptions;
  readonly #caller: GrpcCaller;
  readonly #backoff: Backoff;
  #isPermitted: boolean | undefined;
  #isClosed = false;
  #unfinished: Promise<unknown> | undefined;

  /** @param url Where to send; its path is the method's. Nothing happens before the first batch. */
  constructor(url: URL, options: GrpcTransportOptions = {}) {
    this.#url = url;
    this.#options = options;
    this.#caller = new GrpcCaller(url);
    this.#backoff = new Backoff({ maxMs: 5000, ...options.backoff });
  }

  send(batch: Uint8Array): SendResult | Promise<SendResult> {
    if (this.#isClosed) return rejected("closed");
    this.#isPermitted ??= mayUseNetwork(
      this.#url.hostname.replace(/^\[|\]$/g, ""),
      Number(this.#url.port || 443),
    );
    if (!this.#isPermitted) return rejected("not_permitted");
    const result = this.#call(batch);
    this.#unfinished = result;
    return result;
  }

  /** A call takes turns of the event loop, of which an exiting program has none. */
  sendAtExit(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#caller.close();
    await this.#unfinished;
  }

  async #call(batch: Uint8Array): Promise<SendResult> {
    const { headers = {}, timeoutMs = 10_000, readRefusal, readRetryDelay } = this.#options;
    let answer: GrpcAnswer;
    try {
      answer = await this.#caller.call(batch, headers, timeoutMs);
    } catch (error) {
      if (this.#isClosed) return rejected("closed");
      return retryAfter(
        this.#backoff.next(),
        (error as Error).name === "TimeoutError" ? "timeout" : "connection_failed",
      );
    }
    const { status, message, details } = answer;
    if (status === 0) {
      this.#backoff.reset();
      const refused = readRefusal?.(answer);
      return refused === undefined ? SENT : { status: "ok", refused };
    }
    const delayMs = details && readRetryDelay?.(details);
    if (RETRYABLE.has(status) || (status === RESOURCE_EXHAUSTED && delayMs !== undefined)) {
      return retryAfter(delayMs || this.#backoff.next(), `grpc_${status}`);
    }
    this.#backoff.reset();
    return rejected(`grpc_${status}`, message);
  }
}

/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const RETRYABLE: ReadonlySet<number> = new Set([1, 4, 10, 11, 14, 15]);
const RESOURCE_EXHAUSTED = 8;
