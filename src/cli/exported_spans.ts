import { buildTrace } from "../assemble/build_trace.ts";
import { TraceCensus, TraceGrouper } from "../assemble/trace_grouper.ts";
import type { Span } from "../model/span.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** Which spans are exported. */
export interface ExportedSpansOptions {
  /** Which traces, by their ids. @default all */
  readonly isChosen?: (span: Span) => boolean;
  /** Which traces, by what is in them: whole ones are let through. @default all */
  readonly where?: SpanQuery;
}

/**
 * Reads the spans of sources that are to be exported, as they come. A query needs whole traces: sources that can
 * be read twice are, so that only those that overlap are in memory; of others, such as standard input, all
 * spans are held until the end.
 *
 * @throws {Error} When a source cannot be read.
 */
export async function* exportedSpans(
  sources: readonly SpanSource[],
  signal: AbortSignal,
  options: ExportedSpansOptions = {},
): AsyncGenerator<SourceMessage> {
  const { where, isChosen } = options;
  const grouper = where && new TraceGrouper(await takeCensus(sources, signal));
  function matches(spans: readonly Span[]): boolean {
    return where!.findSpans(buildTrace(spans[0].traceId, spans)).length > 0;
  }
  for (const source of sources) {
    for await (const message of source.read(signal)) {
      if (message.type !== "spans") {
        yield message;
        continue;
      }
      const chosen = isChosen === undefined ? message.spans : message.spans.filter(isChosen);
      if (grouper === undefined) {
        yield { type: "spans", spans: chosen };
        continue;
      }
      for (const span of chosen) {
        const spans = grouper.add(span);
        if (spans !== undefined && matches(spans)) yield { type: "spans", spans };
      }
    }
    if (signal.aborted) return;
  }
  for (const spans of grouper?.finish() ?? []) if (matches(spans)) yield { type: "spans", spans };
}

/** Counts the spans of each trace, if all sources can be read twice. */
async function takeCensus(
  sources: readonly SpanSource[],
  signal: AbortSignal,
): Promise<TraceCensus | undefined> {
  if (sources.some(({ countSpans }) => countSpans === undefined)) return undefined;
  const census = new TraceCensus();
  for (const source of sources) await source.countSpans!(census, signal);
  return census;
}
