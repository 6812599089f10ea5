import type { Trace } from "../model/trace.ts";
import { TraceTimes } from "./trace_times.ts";

/** A trace seen from afar: so many columns of equal length, from its start to its latest moment. */
export interface Minimap {
  readonly columns: number;
  /** How many spans run in a column on average; the root span's own bar among them. */
  readonly load: Float64Array;
  /** The highest load of any column. */
  readonly maxLoad: number;
  /** How many failed spans end in a column. */
  readonly errorCounts: Int32Array;
  /** How many spans begin in a column. */
  readonly startCounts: Int32Array;
}

/**
 * Tells when how much of a trace runs and where its errors are. Linear in spans and columns, however long
 * the spans are.
 *
 * @param columns How many columns to divide the trace into, at least 1.
 */
export function minimap(trace: Trace, columns: number): Minimap {
  const { intervals, errorMarks } = TraceTimes.of(trace);
  const length = Math.max(1, Number(trace.durationNano));
  const scale = columns / length;
  // How the load changes from column to column, and by how much it differs in the columns at both ends.
  const changes = new Float64Array(columns + 1);
  const load = new Float64Array(columns);
  const errorCounts = new Int32Array(columns);
  const startCounts = new Int32Array(columns);
  const { starts, ends } = intervals;
  for (let index = 0; index < starts.length; index++) {
    const from = starts[index] * scale;
    const to = ends[index] * scale;
    const first = Math.min(columns - 1, Math.floor(from));
    const last = Math.min(columns - 1, Math.floor(to));
    startCounts[first]++;
    errorCounts[last] += errorMarks[index];
    if (first === last) {
      load[first] += Math.min(to, columns) - from;
      continue;
    }
    load[first] += first + 1 - from;
    load[last] += to - last;
    changes[first + 1]++;
    changes[last]--;
  }
  let whole = 0;
  let maxLoad = 0;
  for (let column = 0; column < columns; column++) {
    whole += changes[column];
    load[column] += whole;
    if (load[column] > maxLoad) maxLoad = load[column];
  }
  return { columns, load, maxLoad, errorCounts, startCounts };
}
