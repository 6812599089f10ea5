import type { Span } from "../model/span.ts";
import type { Connection, Message } from "./message.ts";

/** What a source of spans tells the live view. */
export type FeedItem =
  | { readonly type: "spans"; readonly spans: Iterable<Span> }
  /** The list of traces, which the source fills itself, has changed. */
  | { readonly type: "changed" }
  | { readonly type: "connection"; readonly connection: Connection; readonly text?: string }
  /** Something the user should know, such as damage that was skipped. */
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "skipped"; readonly spanCount: number };

/** What a feed is read into. */
export interface FeedReaderOptions {
  readonly feed: AsyncIterable<FeedItem>;
  /** Takes a span. */
  readonly add: (span: Span) => void;
  /** Called when traces have changed. */
  readonly onChange: () => void;
  readonly dispatch: (message: Message) => void;
}

/** After reading spans for this long, keys and frames get their turn. */
const TURN_MS = 8;
/** So many spans wait while the view is paused; then the source is read no further. */
const MAX_WAITING_SPANS = 100_000;

/** Moves spans from a feed to the list of traces until the feed ends or the view does. */
export class FeedReader implements Disposable {
  readonly #options: FeedReaderOptions;
  readonly #iterator: AsyncIterator<FeedItem>;
  readonly #stopped = new AbortController();
  #turnEndMs = 0;
  #waiting: Span[] = [];
  #isPaused = false;
  #wake: (() => void) | undefined;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
    this.#iterator = options.feed[Symbol.asyncIterator]();
  }

  /** Lets spans wait, or lets those that wait come in. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) return;
    this.#wake?.();
    // The feed may have nothing new for long.
    void this.#letIn();
  }

  /** Reads until the feed is over; what goes wrong is dispatched. */
  async read(): Promise<void> {
    const { dispatch } = this.#options;
    let end: Message = { type: "connection", connection: "ended" };
    let isEndTold = false;
    try {
      for (;;) {
        const { done, value: item } = await this.#next();
        if (done || this.#isStopped) break;
        if (item.type === "spans") {
          await this.#take(item.spans);
        } else if (item.type === "changed") {
          this.#options.onChange();
        } else {
          isEndTold = item.type === "connection" && item.connection !== "live" &&
            item.connection !== "loading";
          dispatch(item);
        }
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      end = { type: "connection", connection: "failed", text };
      isEndTold = false;
    }
    if (!isEndTold && !this.#isStopped) dispatch(end);
    // What waits is still to come in when the user goes on.
    while (this.#waiting.length > 0 && !this.#isStopped) await this.#resumed();
  }

  /** A feed that waits for spans is told that nobody wants them any more. */
  [Symbol.dispose](): void {
    this.#stopped.abort();
    this.#wake?.();
    this.#iterator.return?.()?.catch(() => {});
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #next(): Promise<IteratorResult<FeedItem>> {
    if (this.#waiting.length >= MAX_WAITING_SPANS) await this.#resumed();
    return await this.#iterator.next();
  }

  async #take(spans: Iterable<Span>): Promise<void> {
    if (this.#isPaused) {
      for (const span of spans) this.#waiting.push(span);
      this.#options.dispatch({ type: "waiting", spanCount: this.#waiting.length });
      return;
    }
    await this.#letIn();
    await this.#add(spans);
  }

  async #resumed(): Promise<void> {
    if (this.#isPaused && !this.#isStopped) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    await this.#letIn();
  }

  async #letIn(): Promise<void> {
    const spans = this.#waiting;
    this.#waiting = [];
    if (spans.length > 0) await this.#add(spans);
  }

  async #add(spans: Iterable<Span>): Promise<void> {
    for (const span of spans) {
      if (this.#isStopped) return;
      this.#options.add(span);
      if (performance.now() < this.#turnEndMs) continue;
      await nextTurn(this.#stopped.signal);
      this.#turnEndMs = performance.now() + TURN_MS;
    }
    this.#options.onChange();
  }
}

/** Lets timers and input have their turn; shorter when the view has ended meanwhile. */
function nextTurn(stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(onTurn, 0);
    function onTurn(): void {
      clearTimeout(timer);
      stopped.removeEventListener("abort", onTurn);
      resolve();
    }
    stopped.addEventListener("abort", onTurn);
  });
}
