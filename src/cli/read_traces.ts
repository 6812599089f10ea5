import { buildTrace } from "../assemble/build_trace.ts";
import { TraceCensus, TraceGrouper } from "../assemble/trace_grouper.ts";
import type { Trace } from "../model/trace.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** What {@linkcode readTraces} tells: whole traces, and what the source says besides spans. */
export type TracesMessage =
  | { readonly type: "traces"; readonly traces: readonly Trace[] }
  | Exclude<SourceMessage, { readonly type: "spans" }>;

/**
 * Reads a source to its end, trace by trace. A source that can be read twice is: once to count the spans of
 * each trace, and once for the traces, each as soon as its last span has come. Two million spans then take
 * as little memory as the traces that overlap, and no more time, which collecting garbage took before. Of
 * any other source all spans are held until its end.
 *
 * @throws {Error} When the source cannot be read.
 */
export async function* readTraces(
  source: SpanSource,
  signal: AbortSignal,
): AsyncGenerator<TracesMessage> {
  let census: TraceCensus | undefined;
  if (source.countSpans !== undefined) {
    census = new TraceCensus();
    await source.countSpans(census, signal);
  }
  const grouper = new TraceGrouper(census);
  for await (const message of source.read(signal)) {
    if (message.type !== "spans") {
      yield message;
      continue;
    }
    const traces: Trace[] = [];
    for (const span of message.spans) {
      const spans = grouper.add(span);
      if (spans !== undefined) traces.push(buildTrace(spans[0].traceId, spans));
    }
    if (traces.length > 0) yield { type: "traces", traces };
  }
  // One at a time, so that their trees are not all in memory at once.
  for (const spans of grouper.finish()) {
    yield { type: "traces", traces: [buildTrace(spans[0].traceId, spans)] };
  }
}
