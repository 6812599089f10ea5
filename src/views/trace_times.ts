import { criticalPath, type CriticalSegment } from "../analysis/critical_path.ts";
import { selfTimesNano } from "../analysis/self_time.ts";
import type { Trace } from "../model/trace.ts";

/** What takes a walk through a whole trace to know, found once when it is asked for. */
export class TraceTimes {
  readonly #trace: Trace;
  #selfNano: Float64Array | undefined;
  #criticalPath: readonly CriticalSegment[] | undefined;
  #criticalNano: Float64Array | undefined;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** The times of a trace; the same ones as long as the trace is the same. */
  static of(trace: Trace): TraceTimes {
    let times = known.get(trace);
    if (times === undefined) known.set(trace, times = new TraceTimes(trace));
    return times;
  }

  /** By span: how long none of its children ran, see `selfTimesNano`. */
  get selfNano(): Float64Array {
    return this.#selfNano ??= selfTimesNano(this.#trace);
  }

  /** See `criticalPath`. */
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
}

const known = new WeakMap<Trace, TraceTimes>();
