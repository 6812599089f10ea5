import type { Trace } from "../model/trace.ts";
import { shownText } from "./answer.ts";
import { traceIds } from "./each_trace.ts";
import { matchId, showId } from "./short_ids.ts";
import { ToolError } from "./tool_error.ts";
import type { TraceSource } from "./trace_source.ts";

/**
 * Finds a trace by its id or the beginning of it.
 *
 * @throws {ToolError} When there is none, or several begin so.
 */
export function findTrace(source: TraceSource, given: string): Trace {
  const trace = source.traces.trace(given);
  if (trace !== undefined) return trace;
  const { traces } = source;
  const [id] = chooseId(given, traceIds(traces), {
    what: "trace",
    where: shownText(source.title, 100),
    advice: "search_traces lists the traces" +
      ((traces.droppedSpans.trace_evicted ?? 0) > 0
        ? "; older ones were given up to save memory"
        : ""),
  });
  return source.traces.trace(id) as Trace;
}

/**
 * Finds a span of a trace by its id or the beginning of it.
 *
 * @returns Its index in `trace.nodes`.
 * @throws {ToolError} When there is none, or several begin so.
 */
export function findSpanIndex(trace: Trace, given: string): number {
  const [id] = chooseId(given, trace.nodes.map(({ span }) => span.spanId), {
    what: "span",
    where: `trace ${showId(trace.traceId)}`,
    advice: "trace_outline shows its spans",
  });
  return trace.nodes.findIndex(({ span }) => span.spanId === id);
}

function chooseId(
  given: string,
  all: Iterable<string>,
  { what, where, advice }: { what: string; where: string; advice: string },
): string[] {
  const found = matchId(given, all);
  if (found.length === 1) return found;
  const shown = JSON.stringify(shownText(given, 100));
  if (found.length === 0) throw new ToolError(`No ${what} ${shown} in ${where}; ${advice}`);
  const some = found.slice(0, MAX_LISTED).map((id) => `\n  ${showId(id)}`).join("");
  throw new ToolError(
    `${found.length} ${what} ids in ${where} begin with ${shown}; give more of one:${some}` +
      (found.length > MAX_LISTED ? `\n  and ${found.length - MAX_LISTED} more` : ""),
  );
}

const MAX_LISTED = 10;
