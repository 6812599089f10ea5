import type { Trace } from "../model/trace.ts";

/** When the spans of a trace ran, by their index in its nodes. */
export interface SpanIntervals {
  /** Nanoseconds after the trace's start. */
  readonly starts: Float64Array;
  /** The same; never before the start of the span. */
  readonly ends: Float64Array;
}

/**
 * Where the spans of a trace lie in it, as numbers: exact to the nanosecond in a trace of up to 104
 * days. A span without an end reaches to the latest moment known of the trace, as it is drawn; one whose
 * clock went backwards has no length.
 */
export function spanIntervals(trace: Trace): SpanIntervals {
  const { nodes, startTimeUnixNano } = trace;
  const starts = new Float64Array(nodes.length);
  const ends = new Float64Array(nodes.length);
  const known = Number(trace.durationNano);
  for (let index = 0; index < nodes.length; index++) {
    const { span } = nodes[index];
    const start = Number(span.startTimeUnixNano - startTimeUnixNano);
    const end = span.endTimeUnixNano === undefined
      ? known
      : Number(span.endTimeUnixNano - startTimeUnixNano);
    starts[index] = start;
    ends[index] = Math.max(start, end);
  }
  return { starts, ends };
}
