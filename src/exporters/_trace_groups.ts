import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";

/** Bounds of {@linkcode TraceGroups}. */
export interface TraceGroupsOptions {
  /** Most spans held back. @default 20_000 */
  readonly maxPendingSpans?: number;
  /** Gets `split_trace`: spans of a trace of which a part had to be let go before. */
  readonly changed: Record<string, number>;
}

/**
 * Holds spans back so that those of a trace come together, in bounded memory. When too many wait, the
 * trace that has waited longest without a new span goes first; what comes of it later is a group of its
 * own.
 */
export class TraceGroups {
  readonly #maxPendingSpans: number;
  readonly #changed: Record<string, number>;
  /** By trace id, the trace that waited longest without a new span first. */
  readonly #pending = new Map<string, Span[]>();
  #spanCount = 0;
  #characterCount = 0;
  /** Traces that were let go before the end. */
  readonly #split = new Set<string>();

  constructor(options: TraceGroupsOptions) {
    this.#maxPendingSpans = options.maxPendingSpans ?? 20_000;
    this.#changed = options.changed;
  }

  /** Takes a span. */
  add(span: Span): void {
    const { traceId } = span;
    const spans = this.#pending.get(traceId);
    if (spans !== undefined) this.#pending.delete(traceId);
    this.#pending.set(traceId, spans ?? []);
    this.#pending.get(traceId)!.push(span);
    this.#spanCount++;
    this.#characterCount += countCharacters(span);
  }

  /** A trace that has to go because too much waits; `undefined` when nothing has to. */
  takeOverflow(): Span[] | undefined {
    const isOver = this.#spanCount > this.#maxPendingSpans ||
      this.#characterCount > MAX_PENDING_CHARACTERS;
    const spans = isOver ? this.take() : undefined;
    if (spans !== undefined) {
      if (this.#split.size >= MAX_REMEMBERED) {
        this.#split.delete(this.#split.values().next().value!);
      }
      this.#split.add(spans[0].traceId);
    }
    return spans;
  }

  /** The trace that has waited longest; `undefined` when nothing waits. */
  take(): Span[] | undefined {
    const next = this.#pending.entries().next().value;
    if (next === undefined) return undefined;
    const [traceId, spans] = next;
    this.#pending.delete(traceId);
    this.#spanCount -= spans.length;
    for (const span of spans) this.#characterCount -= countCharacters(span);
    if (this.#split.has(traceId)) countReason(this.#changed, "split_trace", spans.length);
    return spans;
  }
}

/** Spans with long attributes are held back in smaller numbers. */
const MAX_PENDING_CHARACTERS = 32 * 2 ** 20;
/** Beyond it, the count of spans of split traces is too low; nothing else depends on it. */
const MAX_REMEMBERED = 100_000;

/** About how much of the span's size does not have a bound of its own. */
function countCharacters({ name, attributes }: Span): number {
  let count = name.length;
  for (const key in attributes) {
    const value = attributes[key];
    count += key.length;
    if (typeof value === "string" || value instanceof Uint8Array) count += value.length;
  }
  return count;
}
