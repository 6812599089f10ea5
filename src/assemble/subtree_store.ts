import { changeSpan } from "../model/change_span.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { buildTrace } from "./build_trace.ts";
import { mostCompleteSpan } from "./most_complete_span.ts";

/** Options of {@linkcode SubtreeStore}. */
export interface SubtreeStoreOptions {
  /** How long nothing of a subtree may change before it counts as finished, in milliseconds. @default 100 */
  readonly quietMs?: number;
  /** The same for one whose topmost span has not come. @default 2,000 */
  readonly toplessQuietMs?: number;
  /** Spans in memory; beyond it the oldest subtree is given out as it is. @default 100,000 */
  readonly maxSpans?: number;
}

/**
 * Takes the spans of one trace apart into the subtrees right below a span that goes on for longer than they
 * do, and gives each out as a tree of its own once it is finished. A subtree is forgotten then: what comes
 * later for it makes another one.
 *
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import { SubtreeStore } from "./subtree_store.ts";
 *
 * const store = new SubtreeStore("command", { quietMs: 100 });
 * const job = {
 *   traceId: "t",
 *   spanId: "a",
 *   parentId: "command",
 *   name: "job",
 *   kind: "function",
 *   startTimeUnixNano: 1n,
 *   endTimeUnixNano: 2n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * } as const;
 * store.add(job, 0);
 * if (store.finishedTraces(50).length !== 0) throw new Error("too early");
 * if (store.finishedTraces(100)[0].rootSpan.name !== "job") throw new Error("lost");
 * ```
 */
export class SubtreeStore {
  readonly #topId: string;
  readonly #quietMs: number;
  readonly #toplessQuietMs: number;
  readonly #maxSpans: number;
  /** By the ids of spans and of parents that have not come. */
  readonly #groups = new Map<string, Group>();
  /** Oldest first. */
  readonly #unfinished = new Set<Group>();
  /** Given up for room, to be given out by the next call. */
  #early: Trace[] = [];
  #spanCount = 0;

  /** @param topId The span below which the subtrees are; it is not taken itself. */
  constructor(topId: string, options: SubtreeStoreOptions = {}) {
    this.#topId = topId;
    this.#quietMs = options.quietMs ?? 100;
    this.#toplessQuietMs = options.toplessQuietMs ?? 2_000;
    this.#maxSpans = options.maxSpans ?? 100_000;
  }

  /**
   * Adds a span, or completes the one with the same id.
   *
   * @param nowMs Milliseconds of any clock that does not go back.
   */
  add(span: Span, nowMs: number): void {
    if (span.spanId === this.#topId) return;
    let group = this.#groupOf(span.spanId);
    const isTop = span.parentId === this.#topId || span.parentId === undefined;
    if (!isTop) group = this.#join(group, this.#groupOf(span.parentId as string));
    group.hasTop ||= isTop;
    group.changedMs = nowMs;
    const known = group.spans.get(span.spanId);
    const kept = known === undefined ? span : mostCompleteSpan(known, span);
    group.spans.set(span.spanId, kept);
    group.runningCount += countRunning(kept) - countRunning(known);
    if (known !== undefined || ++this.#spanCount <= this.#maxSpans) return;
    const [oldest] = this.#unfinished;
    this.#early.push(this.#take(oldest));
  }

  /**
   * The subtrees that became finished since the last call: nothing of them runs, their topmost span is there,
   * and nothing changed for a while.
   *
   * @param nowMs The clock that `add` was given.
   * @param isFinal Whether to give out everything, because nothing more will come.
   */
  finishedTraces(nowMs: number, isFinal = false): Trace[] {
    const finished = this.#early;
    this.#early = [];
    for (const group of this.#unfinished) {
      const quietMs = group.hasTop ? this.#quietMs : this.#toplessQuietMs;
      const isDue = group.runningCount === 0 && nowMs - group.changedMs >= quietMs;
      if (isDue || isFinal) finished.push(this.#take(group));
    }
    return finished;
  }

  #groupOf(id: string): Group {
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = { spans: new Map(), ids: [id], runningCount: 0, changedMs: 0, hasTop: false };
      this.#groups.set(id, group);
      this.#unfinished.add(group);
    }
    return group;
  }

  /** Makes one of two groups, by moving what is in the smaller one. */
  #join(one: Group, other: Group): Group {
    if (one === other) return one;
    const [from, to] = one.ids.length < other.ids.length ? [one, other] : [other, one];
    for (const id of from.ids) {
      to.ids.push(id);
      this.#groups.set(id, to);
    }
    for (const [id, span] of from.spans) to.spans.set(id, span);
    to.runningCount += from.runningCount;
    to.hasTop ||= from.hasTop;
    this.#unfinished.delete(from);
    return to;
  }

  #take(group: Group): Trace {
    this.#unfinished.delete(group);
    for (const id of group.ids) this.#groups.delete(id);
    this.#spanCount -= group.spans.size;
    const spans = Array.from(
      group.spans.values(),
      // The span above is not part of the tree, so that this is no orphan.
      (span) => span.parentId === this.#topId ? changeSpan(span, { parentId: undefined }) : span,
    );
    return buildTrace(spans[0].traceId, spans);
  }
}

interface Group {
  readonly spans: Map<string, Span>;
  /** Of the spans, and of parents that have not come. */
  readonly ids: string[];
  runningCount: number;
  changedMs: number;
  hasTop: boolean;
}

function countRunning(span: Span | undefined): number {
  return span?.state === "running" ? 1 : 0;
}
