import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import { type ClientBackend, isFlushable } from "./client_backend.ts";
import { BUFFERED, type SendOutcome, SENT } from "./client_results.ts";
import { within } from "./within.ts";

/** Gives one backend one thing to do at a time, whatever it throws. */
export class ClientWorker {
  isBusy = false;
  readonly #backend: ClientBackend;
  #flushes: { order: number; settle: (error: Error | undefined) => void }[] = [];
  #onAbandon: ((outcome: SendOutcome) => void) | undefined;

  constructor(backend: ClientBackend) {
    this.#backend = backend;
  }

  /**
   * Asks for a flush at the right moment.
   *
   * @param order What came before this has to be passed on first.
   * @returns Why it failed, if it did. Never rejects.
   */
  requestFlush(order: number): Promise<Error | undefined> {
    return new Promise((settle) => this.#flushes.push({ order, settle }));
  }

  /**
   * Flushes if that is what comes next.
   *
   * @param nextOrder The order of the oldest span that waits.
   * @param onIdle Called when it can do something else, unless that is so at the return already.
   * @returns Whether there was something to do.
   */
  startFlush(nextOrder: number, signal: AbortSignal, onIdle: () => void): boolean {
    const flush = this.#flushes[0];
    if (flush === undefined || flush.order > nextOrder) return false;
    this.#flushes.shift();
    const backend = this.#backend;
    if (!isFlushable(backend)) {
      flush.settle(undefined);
      return true;
    }
    this.isBusy = true;
    const settle = (error: Error | undefined): void => {
      this.isBusy = false;
      this.#onAbandon = undefined;
      flush.settle(error);
    };
    this.#onAbandon = (outcome) => settle(outcome.status === "failed" ? outcome.error : undefined);
    try {
      const flushing = backend.flushSync(signal);
      if (!(flushing instanceof Promise)) settle(undefined);
      else {
        flushing.then(() => settle(undefined), (error) => settle(asError(error))).then(onIdle);
      }
    } catch (error) {
      settle(asError(error));
    }
    return true;
  }

  /** Sends a span; tells the outcome at once if the backend does. */
  send(span: SsfSpan, signal: AbortSignal, onOutcome: (outcome: SendOutcome) => void): void {
    const settle = (outcome: SendOutcome): void => {
      this.isBusy = false;
      this.#onAbandon = undefined;
      onOutcome(outcome);
    };
    this.isBusy = true;
    this.#onAbandon = settle;
    try {
      const sending = this.#backend.sendSync(span, signal);
      if (!(sending instanceof Promise)) settle(sending === "buffered" ? BUFFERED : SENT);
      else {
        sending.then(
          (how) => settle(how === "buffered" ? BUFFERED : SENT),
          (error) => settle({ status: "failed", error: asError(error) }),
        );
      }
    } catch (error) {
      settle({ status: "failed", error: asError(error) });
    }
  }

  /**
   * Completes what is under way and sends what is buffered, while the program is exiting.
   *
   * @param deadlineMs How long it may block, in milliseconds.
   */
  flushAtExit(deadlineMs: number): void {
    try {
      if (this.#backend.flushAtExit?.(deadlineMs)) this.#onAbandon?.(SENT);
    } catch {
      // Then it is lost, with all that the program had.
    }
  }

  /**
   * Sends spans while the program is exiting.
   *
   * @param deadlineMs How long it may block, in milliseconds.
   * @returns Which of them were handed over; fewer answers than spans stand for none.
   */
  sendAtExit(spans: readonly SsfSpan[], deadlineMs: number): readonly boolean[] {
    try {
      return this.#backend.sendAtExit?.(spans, deadlineMs) ?? [];
    } catch {
      return [];
    }
  }

  /**
   * Closes the backend, and gives up what does not come to an end.
   *
   * @param error What to tell those who wait.
   * @returns Why closing failed, if it did. Never rejects.
   */
  async close(error: Error): Promise<Error | undefined> {
    const closing = this.#closeBackend();
    const failure = await within(closing, CLOSE_TIMEOUT_MS);
    this.#onAbandon?.({ status: "failed", error });
    for (const flush of this.#flushes.splice(0)) flush.settle(error);
    return failure;
  }

  async #closeBackend(): Promise<Error | undefined> {
    try {
      await this.#backend.close();
    } catch (error) {
      return asError(error);
    }
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("The backend failed", { cause: thrown });
}

/** A backend that does not close is left to itself after this long. */
const CLOSE_TIMEOUT_MS = 1000;
