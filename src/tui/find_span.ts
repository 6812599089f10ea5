import type { TraceEntry } from "../assemble/trace_list.ts";
import { isErrorSpan } from "../model/span.ts";
import type { SpanTest } from "../views/find_spans.ts";
import { selectedPosition } from "./positions.ts";
import type { Hunt, OpenHunt } from "./hunt.ts";
import type { Position } from "./position.ts";
import type { TracesView } from "./traces_state.ts";
import { nodeIndexOfRow, rowOfNodeIndex } from "./trace_rows.ts";

/** Spans that failed. */
export const ERROR_HUNT: Hunt = {
  test: isErrorSpan,
  mayHold: ({ errorCount }) => errorCount > 0,
  failure: "No span with an error",
};

/** What a hunt has come to: a span, none, or there are traces left. */
export type HuntResult =
  | { readonly type: "found"; readonly position: Position }
  | { readonly type: "none" }
  | { readonly type: "open"; readonly open: OpenHunt };

/** Begins to hunt at the selected row. */
export function openHunt(state: TracesView, hunt: Hunt, step: 1 | -1): OpenHunt {
  return { hunt, step, from: selectedPosition(state), visited: 0 };
}

/**
 * Goes on to the next span below, or above, that passes the hunt's test; goes round at the end of the
 * list. Trees are built only for the traces that hold such a span.
 *
 * @param untilMs When to stop, in milliseconds of `performance.now()`; one trace is looked through at least.
 */
export function huntSpan(state: TracesView, open: OpenHunt, untilMs: number): HuntResult {
  const { traces } = state;
  const { hunt, step, from } = open;
  const count = traces.traceCount;
  const start = traces.indexOf(from.sequence);
  // The selected trace is visited twice: first what lies ahead in it, at the end the rest.
  for (let { visited } = open; visited <= count; visited++) {
    const entry = traces.entryAt(modulo(start + visited * step, count));
    if (entry === undefined) break;
    if (hunt.mayHold?.(entry) !== false) {
      const row = findRow(state, entry, hunt.test, {
        from: visited === 0 ? from.row + step : step > 0 ? 0 : entry.spanCount - 1,
        step,
      });
      if (row !== undefined) {
        return { type: "found", position: { sequence: entry.sequence, row } };
      }
    }
    const isDue = hunt.mayHold === undefined || visited % TRACES_A_LOOK === 0;
    if (isDue && performance.now() >= untilMs) {
      return { type: "open", open: { ...open, visited: visited + 1 } };
    }
  }
  return { type: "none" };
}

/** A look at the clock after so many traces that need no reading. */
const TRACES_A_LOOK = 256;

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
