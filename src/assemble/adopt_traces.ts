import { changeSpan } from "../model/change_span.ts";
import type { Span, SpanLink } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { buildTrace } from "./build_trace.ts";

/** Marks links to the traces that were begun below a span, though they do not name it as their parent. */
export const STARTED_MARK = "trace.started";

/** A link from a span to the root of a trace that was begun below it. */
export function linkToStarted({ traceId, spanId }: Pick<Span, "traceId" | "spanId">): SpanLink {
  return { traceId, spanId, attributes: { [STARTED_MARK]: true } };
}

/**
 * Puts traces that were begun below a root span of another trace into the tree of that one, to be shown as one:
 * what ran under `trace run` below its command. In such a tree spans have other ids than their own.
 *
 * @returns The traces in their order, without those that are in another's tree now.
 */
export function adoptStartedTraces(traces: readonly Trace[]): Trace[] {
  const byId = new Map(traces.map((trace) => [trace.traceId, trace]));
  const adopted = new Set<Trace>();
  const joined = traces.map((trace) => {
    const started: Trace[] = [];
    for (const { traceId, attributes } of trace.rootSpan.links ?? []) {
      const other = attributes[STARTED_MARK] === true ? byId.get(traceId) : undefined;
      if (other === undefined || other === trace || adopted.has(other)) continue;
      adopted.add(other);
      started.push(other);
    }
    return started.length === 0 ? trace : adopt(trace, started);
  });
  return joined.filter((_trace, index) => !adopted.has(traces[index]));
}

function adopt(trace: Trace, started: readonly Trace[]): Trace {
  const spans = trace.nodes.map(({ span }) => span);
  for (const { traceId, nodes } of started) {
    for (const { span, parent } of nodes) {
      // Ids are only unique within a trace.
      const parentId = parent < 0 ? trace.rootSpan.spanId : `${traceId} ${span.parentId}`;
      spans.push(changeSpan(span, { spanId: `${traceId} ${span.spanId}`, parentId }));
    }
  }
  return buildTrace(trace.traceId, spans);
}
