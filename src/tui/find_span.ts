import type { TraceEntry } from "../assemble/trace_list.ts";
import { isErrorSpan } from "../model/span.ts";
import type { SpanTest } from "../views/find_spans.ts";
import { selectedPosition } from "./positions.ts";
import type { Position, TracesView } from "./traces_state.ts";
import { nodeIndexOfRow, rowOfNodeIndex } from "./trace_rows.ts";

/** What is looked for in the list. */
export interface Hunt {
  readonly test: SpanTest;
  /** Whether a trace can hold such a span, by its figures alone. @default every trace can */
  readonly mayHold?: (entry: TraceEntry) => boolean;
  /** What to say when there is none. */
  readonly failure: string;
}

/** Spans that failed. */
export const ERROR_HUNT: Hunt = {
  test: isErrorSpan,
  mayHold: ({ errorCount }) => errorCount > 0,
  failure: "No span with an error",
};

/**
 * Finds the next span below the selected row, or above it, that passes a test; goes round at the end
 * of the list. Trees are built only for the traces that hold such a span.
 *
 * @returns The span's position, or `undefined` when no span passes.
 */
export function findSpan(state: TracesView, hunt: Hunt, step: 1 | -1): Position | undefined {
  const { traces } = state;
  const selected = selectedPosition(state);
  const count = traces.traceCount;
  const start = traces.indexOf(selected.sequence);
  // The selected trace is visited twice: first what lies ahead in it, at the end the rest.
  for (let visited = 0; visited <= count; visited++) {
    const entry = traces.entryAt(modulo(start + visited * step, count));
    if (entry === undefined) return undefined;
    if (hunt.mayHold?.(entry) === false) continue;
    const from = visited === 0 ? selected.row + step : step > 0 ? 0 : entry.spanCount - 1;
    const row = findRow(state, entry, hunt.test, { from, step });
    if (row !== undefined) return { sequence: entry.sequence, row };
  }
  return undefined;
}

function findRow(
  state: TracesView,
  entry: TraceEntry,
  test: SpanTest,
  { from, step }: { from: number; step: 1 | -1 },
): number | undefined {
  let hasMatch = false;
  for (const span of state.traces.spansOf(entry.traceId)) {
    if (!test(span)) continue;
    hasMatch = true;
    break;
  }
  const trace = hasMatch ? state.traces.trace(entry.traceId) : undefined;
  if (trace === undefined) return undefined;
  for (let row = from; row >= 0 && row < trace.nodes.length; row += step) {
    const index = nodeIndexOfRow(trace, row);
    if (test(trace.nodes[index].span)) return rowOfNodeIndex(trace, index);
  }
  return undefined;
}

function modulo(value: number, count: number): number {
  return ((value % count) + count) % count;
}
