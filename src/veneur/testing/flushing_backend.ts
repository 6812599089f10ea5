import type { SsfSpan } from "../../wire/ssf/ssf_span.ts";
import type { FlushableClientBackend } from "../client_backend.ts";

/** Takes the spans of one flush: a function, or something to push to, as an array of arrays. */
export type BatchReceiver =
  | ((spans: readonly SsfSpan[]) => unknown)
  | { push(spans: readonly SsfSpan[]): unknown };

/** Options of {@linkcode FlushingBackend}. */
export interface FlushingBackendOptions {
  /** Asked about each span; an error makes sending it fail. */
  sendError?: (span: SsfSpan) => Error | undefined;
  /** Asked about the spans of each flush; an error makes it fail, and loses them. */
  flushError?: (spans: readonly SsfSpan[]) => Error | undefined;
}

/**
 * Gathers spans until a flush, and then hands them to a receiver as one batch, which may be empty.
 *
 * @example
 * ```ts
 * import { flush, newBackendClient, record } from "../mod.ts";
 * import { createSsfSpan, type SsfSpan } from "../ssf/mod.ts";
 * import { FlushingBackend } from "./mod.ts";
 *
 * const batches: (readonly SsfSpan[])[] = [];
 * await using client = newBackendClient(new FlushingBackend(batches));
 * for (const id of [1n, 2n, 3n]) record(client, createSsfSpan({ id }));
 * await flush(client);
 * if (batches.length !== 1 || batches[0].length !== 3) throw new Error("wrong");
 * ```
 */
export class FlushingBackend implements FlushableClientBackend {
  readonly #push: (spans: readonly SsfSpan[]) => unknown;
  readonly #options: FlushingBackendOptions;
  #spans: SsfSpan[] = [];

  /** @param receiver A function or an array; a flush waits for a promise it returns. */
  constructor(receiver: BatchReceiver, options: FlushingBackendOptions = {}) {
    this.#push = typeof receiver === "function" ? receiver : (spans) => receiver.push(spans);
    this.#options = options;
  }

  sendSync(span: SsfSpan): void {
    const error = this.#options.sendError?.(span);
    if (error !== undefined) throw error;
    this.#spans.push(span);
  }

  flushSync(): void | Promise<void> {
    const spans = this.#spans;
    this.#spans = [];
    const error = this.#options.flushError?.(spans);
    if (error !== undefined) throw error;
    const taken = this.#push(spans);
    if (taken instanceof Promise) return taken.then(() => {});
  }

  /** Does nothing: a client flushes before it closes. */
  close(): void {}
}
