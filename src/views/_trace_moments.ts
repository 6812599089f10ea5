import type { TraceEntry } from "../assemble/trace_list.ts";
import { isErrorSpan, type Span } from "../model/span.ts";

/** When the spans of a trace begin, end and fail, so that their numbers at any moment are found by halving. */
export class TraceMoments {
  /** The version of the trace's entry that this was read at. */
  readonly version: number;
  readonly spanCount: number;
  readonly #startUnixNano: bigint;
  /** All in nanoseconds after the trace's start, ascending. */
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #failures: Float64Array;

  constructor({ version, startTimeUnixNano }: TraceEntry, spans: Iterable<Span>) {
    this.version = version;
    this.#startUnixNano = startTimeUnixNano;
    const starts: number[] = [];
    const ends: number[] = [];
    const failures: number[] = [];
    for (const span of spans) {
      const start = Number(span.startTimeUnixNano - startTimeUnixNano);
      starts.push(start);
      if (span.endTimeUnixNano === undefined) continue;
      // A span whose clock went backwards ends when it begins.
      const end = Math.max(start, Number(span.endTimeUnixNano - startTimeUnixNano));
      ends.push(end);
      if (isErrorSpan(span)) failures.push(end);
    }
    this.spanCount = starts.length;
    this.#starts = new Float64Array(starts).sort();
    this.#ends = new Float64Array(ends).sort();
    this.#failures = new Float64Array(failures).sort();
  }

  /** What an entry says of the trace at a moment. */
  at(
    unixNano: bigint,
  ): Pick<TraceEntry, "spanCount" | "runningCount" | "errorCount" | "durationNano"> {
    const at = Number(unixNano - this.#startUnixNano);
    const spanCount = countUpTo(this.#starts, at);
    const endedCount = countUpTo(this.#ends, at);
    const lastStart = spanCount === 0 ? 0 : this.#starts[spanCount - 1];
    const lastEnd = endedCount === 0 ? 0 : this.#ends[endedCount - 1];
    return {
      spanCount,
      runningCount: spanCount - endedCount,
      errorCount: countUpTo(this.#failures, at),
      durationNano: BigInt(Math.max(lastStart, lastEnd)),
    };
  }
}

/** How many of these, which ascend, are not above a limit. */
function countUpTo(moments: Float64Array, limit: number): number {
  let from = 0;
  let to = moments.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (moments[middle] <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
