import type { Span } from "../model/span.ts";
import { ownText } from "../model/own_text.ts";
import { traceKey } from "../model/trace_key.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { readTraces } from "./read_traces.ts";
import type { SpanSource } from "./span_source.ts";

/**
 * Reads a source to find the traces in which a query finds something. Of each of them the id is kept, and
 * nothing else.
 *
 * @returns Tells of a span whether it is in one of them; `undefined` when there are none.
 * @throws {Error} When the source cannot be read.
 */
export async function findMatchingTraces(
  source: SpanSource,
  query: SpanQuery,
  signal: AbortSignal,
): Promise<((span: Span) => boolean) | undefined> {
  const keys = new Set<string>();
  function keep(traceId: string): void {
    const key = traceKey(traceId);
    if (!keys.has(key)) keys.add(ownText(key));
  }
  if (query.isSpanwise) {
    for await (const message of source.read(signal)) {
      if (message.type !== "spans") continue;
      for (const span of message.spans) {
        if (query.matchesSpan(span)) keep(span.traceId);
      }
    }
  } else {
    for await (const message of readTraces(source, signal)) {
      if (message.type !== "traces") continue;
      for (const trace of message.traces) {
        if (query.findSpans(trace).length > 0) keep(trace.traceId);
      }
    }
  }
  return keys.size === 0 ? undefined : ({ traceId }) => keys.has(traceKey(traceId));
}
