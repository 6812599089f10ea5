import type { Span } from "../model/span.ts";
import { ownText } from "../model/own_text.ts";
import { traceKey } from "../model/trace_key.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { readTraces } from "./read_traces.ts";
import type { SpanSource } from "./span_source.ts";

/** The traces in which a query finds something. */
export interface MatchingTraces {
  readonly count: number;
  /** Whether there were more than were asked for. */
  readonly isCut: boolean;
  /** Whether a span is in one of them. */
  has(span: Span): boolean;
}

/**
 * Reads a source to find the traces in which a query finds something. Of each of them the id is kept, and
 * nothing else.
 *
 * @param maxCount How many ids are kept.
 * @throws {Error} When the source cannot be read.
 */
export async function findMatchingTraces(
  source: SpanSource,
  query: SpanQuery,
  maxCount: number,
  signal: AbortSignal,
): Promise<MatchingTraces> {
  const keys = new Set<string>();
  let isCut = false;
  function keep(traceId: string): void {
    const key = traceKey(traceId);
    if (keys.has(key)) return;
    if (keys.size < maxCount) keys.add(ownText(key));
    else isCut = true;
  }
  if (query.isSpanwise) {
    for await (const message of source.read(signal)) {
      if (message.type !== "spans") continue;
      for (const span of message.spans) {
        if (query.matchesSpan(span)) keep(span.traceId);
      }
      if (isCut) break;
    }
  } else {
    for await (const message of readTraces(source, signal)) {
      if (message.type !== "traces") continue;
      for (const trace of message.traces) {
        if (query.findSpans(trace).length > 0) keep(trace.traceId);
      }
      if (isCut) break;
    }
  }
  return { count: keys.size, isCut, has: ({ traceId }) => keys.has(traceKey(traceId)) };
}
