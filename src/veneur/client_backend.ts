import type { SsfSpan } from "../wire/ssf/ssf_span.ts";

/**
 * Carries spans to a veneur, one at a time: a client waits for a call to settle before the next. Where
 * the original's functions block, these may return a promise.
 */
export interface ClientBackend {
  /**
   * Sends one span. A networked backend reconnects for as long as it is allowed to.
   *
   * @param signal Aborted when the client gives up.
   * @returns `"buffered"` when the span waits for a flush, else nothing.
   * @throws {Error} When the span is lost; thrown or rejected.
   */
  sendSync(
    span: SsfSpan,
    signal: AbortSignal,
  ): void | "buffered" | Promise<void | "buffered">;
  /**
   * Sends spans while the program is exiting, when no promise settles any more. Called after
   * `flushAtExit`. A backend without it loses what still waits at that moment.
   *
   * @param deadlineMs How long it may block, in milliseconds.
   * @returns Which of the spans were handed over.
   */
  sendAtExit?(spans: readonly SsfSpan[], deadlineMs: number): readonly boolean[];
  /**
   * Completes the call that is under way and sends what was gathered, while the program is exiting.
   *
   * @param deadlineMs How long it may block, in milliseconds.
   * @returns Whether all of that was handed over.
   */
  flushAtExit?(deadlineMs: number): boolean;
  /** Gives everything up. Called once. */
  close(): void | Promise<void>;
}

/** A backend that gathers spans until it is told to send them. */
export interface FlushableClientBackend extends ClientBackend {
  /**
   * Sends what was gathered.
   *
   * @throws {Error} When it is lost; thrown or rejected.
   */
  flushSync(signal: AbortSignal): void | Promise<void>;
}

/** Whether a backend can be flushed. */
export function isFlushable(backend: ClientBackend): backend is FlushableClientBackend {
  return typeof (backend as Partial<FlushableClientBackend>).flushSync === "function";
}
