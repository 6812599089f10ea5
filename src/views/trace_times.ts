import { criticalPath, type CriticalSegment } from "../analysis/critical_path.ts";
import { selfTimesNano } from "../analysis/self_time.ts";
import { type SpanIntervals, spanIntervals } from "../analysis/span_intervals.ts";
import { isErrorSpan } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";

/** What takes a walk through a whole trace to know, found once when it is asked for. */
export class TraceTimes {
  readonly #trace: Trace;
  #intervals: SpanIntervals | undefined;
  #errorMarks: Uint8Array | undefined;
  #selfNano: Float64Array | undefined;
  #criticalPath: readonly CriticalSegment[] | undefined;
  #criticalNano: Float64Array | undefined;
  #pathNano: number | undefined;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** The times of a trace; the same ones as long as the trace is the same. */
  static of(trace: Trace): TraceTimes {
    let times = known.get(trace);
    if (times === undefined) known.set(trace, times = new TraceTimes(trace));
    return times;
  }

  /** By span: when it began and ended, in nanoseconds after the trace's start, see `spanIntervals`. */
  get intervals(): SpanIntervals {
    return this.#intervals ??= spanIntervals(this.#trace);
  }

  /** By span: 1 when it failed. */
  get errorMarks(): Uint8Array {
    if (this.#errorMarks !== undefined) return this.#errorMarks;
    const { nodes } = this.#trace;
    const marks = new Uint8Array(nodes.length);
    for (let index = 0; index < nodes.length; index++) {
      if (isErrorSpan(nodes[index].span)) marks[index] = 1;
    }
    return this.#errorMarks = marks;
  }

  /** By span: how long none of its children ran, see `selfTimesNano`. */
  get selfNano(): Float64Array {
    return this.#selfNano ??= selfTimesNano(this.#trace);
  }

  /** What the root waited for, moment by moment, see `criticalPath`. */
  get criticalPath(): readonly CriticalSegment[] {
    return this.#criticalPath ??= criticalPath(this.#trace);
  }

  /** By span: how long it is on the critical path itself. */
  get criticalNano(): Float64Array {
    if (this.#criticalNano !== undefined) return this.#criticalNano;
    const nano = new Float64Array(this.#trace.nodes.length);
    for (const { index, fromNano, toNano } of this.criticalPath) nano[index] += toNano - fromNano;
    return this.#criticalNano = nano;
  }

  /** How long the critical path is. */
  get criticalPathNano(): number {
    return this.#pathNano ??= this.criticalPath.reduce(
      (sum, { fromNano, toNano }) => sum + toNano - fromNano,
      0,
    );
  }
}

const known = new WeakMap<Trace, TraceTimes>();
