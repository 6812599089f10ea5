import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { OnSendOutcome, SendOutcome } from "./client_results.ts";

/** A span that a client has taken. */
export interface QueuedSpan {
  readonly span: SsfSpan;
  /** Counts up with every span and every flush, so that a flush knows what came before it. */
  readonly order: number;
  readonly onOutcome: OnSendOutcome | undefined;
  /** Whether it is known what became of it. */
  isSettled: boolean;
}

/** First in, first out, without moving the rest at every removal. */
export class SpanQueue {
  #items: QueuedSpan[] = [];
  #head = 0;

  push(item: QueuedSpan): void {
    this.#items.push(item);
  }

  /** The oldest, which stays. */
  peek(): QueuedSpan | undefined {
    return this.#items[this.#head];
  }

  /** All of them, the oldest first; they stay. */
  all(): readonly QueuedSpan[] {
    return this.#items.slice(this.#head);
  }

  /** Takes out those of which it is known what became. */
  removeSettled(): void {
    this.#items = this.all().filter((item) => !item.isSettled);
    this.#head = 0;
  }

  /** Takes the oldest. */
  shift(): QueuedSpan | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#items.length || this.#head === 1024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/** Tells whoever recorded a span what became of it, in a turn of its own. */
export function reportOutcome(onOutcome: OnSendOutcome, outcome: SendOutcome): void {
  queueMicrotask(() => {
    try {
      onOutcome(outcome);
    } catch {
      // Tracing harms nobody, not even a callback that cannot cope.
    }
  });
}
