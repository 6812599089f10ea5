import type { SpanEvent } from "../../model/span.ts";
import type { JsonRecord } from "../json/parse_json_body.ts";

/** A span that is being put together from events. Times are relative to a time that may come last. */
export interface ChromeSpan {
  readonly name: string;
  readonly category: string;
  readonly pid: string;
  readonly tid: string;
  /** 16 hexadecimal digits, counted in the order of the file. */
  readonly id: string;
  readonly startNano: bigint;
  /** Absent while it is open. */
  endNano?: bigint;
  parentId?: string;
  /** Of its first event. */
  readonly args: JsonRecord;
  /** Of its last event. */
  endArgs?: JsonRecord;
  readonly instants: ChromeInstant[];
}

/** An event of a span; its time is relative, too. */
export type ChromeInstant = SpanEvent;

/** A thread: one row of a timeline, on which spans lie in each other. */
export class ChromeLane {
  /** Begun and not ended, outermost first. */
  readonly open: ChromeSpan[] = [];
  #ended: ChromeSpan[] = [];
  #instants: ChromeInstant[] = [];
  /** Spans that have been taken, but later ones may lie in them. */
  #around: ChromeSpan[] = [];

  /** Whether nothing that is here matters to what may come. */
  get isIdle(): boolean {
    return this.open.length + this.#ended.length + this.#around.length + this.#instants.length ===
      0;
  }

  /** Takes a span whose end is known, or that will have none. */
  add(span: ChromeSpan): void {
    this.#ended.push(span);
  }

  /** Takes a moment, which belongs to the innermost span around it. */
  addInstant(instant: ChromeInstant): void {
    this.#instants.push(instant);
  }

  /**
   * Finds the parents of all spans, and hands out those that have been added: a span's parent is the
   * innermost that contains it in time. Of two that overlap otherwise neither contains the other.
   */
  take(): ChromeSpan[] {
    const taken = this.#ended;
    const spans = [...this.#around, ...taken, ...this.open].sort((a, b) =>
      compare(a.startNano, b.startNano) || compareEnds(b, a) || (a.id < b.id ? -1 : 1)
    );
    const instants = this.#instants.sort((a, b) => compare(a.timeUnixNano, b.timeUnixNano));
    let instantAt = 0;
    const stack: ChromeSpan[] = [];
    for (const span of spans) {
      for (; instants[instantAt]?.timeUnixNano < span.startNano; instantAt++) {
        attach(instants[instantAt], stack);
      }
      // What ends before this one contains nothing that this one does not.
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        if (compareEnds(top, span) >= 0 && !isEmpty(top)) break;
        stack.pop();
      }
      span.parentId ??= stack.at(-1)?.id;
      stack.push(span);
    }
    for (; instantAt < instants.length; instantAt++) attach(instants[instantAt], stack);
    const open = new Set(this.open);
    this.#around = stack.filter((span) => !open.has(span));
    this.#ended = [];
    this.#instants = [];
    return taken;
  }
}

function isEmpty({ startNano, endNano }: ChromeSpan): boolean {
  return endNano !== undefined && endNano <= startNano;
}

function attach(instant: ChromeInstant, stack: readonly ChromeSpan[]): void {
  const span = stack.findLast(({ endNano }) =>
    endNano === undefined || endNano >= instant.timeUnixNano
  );
  span?.instants.push(instant);
}

/** Which of two ends is later; none is the latest. */
function compareEnds(a: ChromeSpan, b: ChromeSpan): number {
  if (a.endNano === undefined || b.endNano === undefined) {
    return a.endNano === b.endNano ? 0 : a.endNano === undefined ? 1 : -1;
  }
  return compare(a.endNano, b.endNano);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
