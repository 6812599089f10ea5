import type { SsfSpan } from "../../wire/ssf/ssf_span.ts";
import type { ClientBackend } from "../client_backend.ts";
import type { SpanReceiver } from "../new_client.ts";

/** Options of {@linkcode CollectingBackend}. */
export interface CollectingBackendOptions {
  /** Asked about each span; an error makes sending it fail. */
  sendError?: (span: SsfSpan) => Error | undefined;
}

/**
 * Hands each span to a receiver at once. It cannot be flushed.
 *
 * @example
 * ```ts
 * import { newBackendClient, record } from "../mod.ts";
 * import { createSsfSpan, type SsfSpan } from "../ssf/mod.ts";
 * import { CollectingBackend } from "./mod.ts";
 *
 * const spans: SsfSpan[] = [];
 * const sendError = (span: SsfSpan) => span.id === 2n ? new Error("as told") : undefined;
 * await using client = newBackendClient(new CollectingBackend(spans, { sendError }));
 * for (const id of [1n, 2n, 3n]) record(client, createSsfSpan({ id }));
 * await client.flush();
 * if (spans.map((span) => span.id).join() !== "1,3") throw new Error("wrong");
 * ```
 */
export class CollectingBackend implements ClientBackend {
  readonly #push: (span: SsfSpan) => unknown;
  readonly #sendError: (span: SsfSpan) => Error | undefined;

  /** @param receiver A function or an array; the next span waits for a promise it returns. */
  constructor(receiver: SpanReceiver, options: CollectingBackendOptions = {}) {
    this.#push = typeof receiver === "function" ? receiver : (span) => receiver.push(span);
    this.#sendError = options.sendError ?? ((): undefined => undefined);
  }

  sendSync(span: SsfSpan): void | Promise<void> {
    const error = this.#sendError(span);
    if (error !== undefined) throw error;
    const taken = this.#push(span);
    if (taken instanceof Promise) return taken.then(() => {});
  }

  /** Does nothing. */
  close(): void {}
}
