import { buildTrace } from "../assemble/build_trace.ts";
import { TraceCensus, TraceGrouper } from "../assemble/trace_grouper.ts";
import type { Span } from "../model/span.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** Which spans are exported, and how. */
export interface ExportedSpansOptions {
  /** Which traces, by their ids. @default all */
  readonly isChosen?: (span: Span) => boolean;
  /** Which traces, by what is in them: whole ones are let through. @default all */
  readonly where?: SpanQuery;
  /** Whether the spans of a trace are to come together, where that takes no more memory. */
  readonly isGrouped?: boolean;
}

/**
 * Reads the spans of sources that are to be exported. Sources that can be read twice are, when traces have to
 * be known whole: only those that overlap are in memory then. Of others, such as standard input, all
 * spans are held until the end for a query; to bring traces together alone, that is not done.
 *
 * @throws {Error} When a source cannot be read.
 */
export async function* exportedSpans(
  sources: readonly SpanSource[],
  signal: AbortSignal,
  options: ExportedSpansOptions = {},
): AsyncGenerator<SourceMessage> {
  const { where, isChosen = () => true } = options;
  const isTwice = sources.every(({ countSpans }) => countSpans !== undefined);
  const isGrouped = where !== undefined || options.isGrouped && isTwice;
  let grouper: TraceGrouper | undefined;
  if (isGrouped) {
    const census = isTwice ? new TraceCensus() : undefined;
    if (census !== undefined) {
      for (const source of sources) await source.countSpans!(census, signal);
    }
    grouper = new TraceGrouper(census);
  }
  function isWanted(spans: readonly Span[]): boolean {
    return where === undefined || where.findSpans(buildTrace(spans[0].traceId, spans)).length > 0;
  }
  for (const source of sources) {
    for await (const message of source.read(signal)) {
      if (message.type !== "spans") {
        yield message;
        continue;
      }
      const spans: Span[] = [];
      for (const span of message.spans) {
        if (!isChosen(span)) continue;
        const whole = grouper === undefined ? [span] : grouper.add(span);
        if (whole === undefined || !isWanted(whole)) continue;
        for (const each of whole) spans.push(each);
      }
      if (spans.length > 0) yield { type: "spans", spans };
    }
    if (signal.aborted) return;
  }
  for (const spans of grouper?.finish() ?? []) if (isWanted(spans)) yield { type: "spans", spans };
}
