import { formatTimestamp } from "../model/time.ts";
import type { Trace } from "../model/trace.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";

/** What `--json` prints for a trace: one line. */
export function formatTraceJson(trace: Trace): string {
  // Spliced, because only the encoder writes 64-bit integers and times without loss.
  const spans = trace.nodes.map((node) => encodeSpanLine(node.span).trimEnd()).join(",");
  const start = formatTimestamp(trace.startTimeUnixNano);
  return `{"trace_id":${JSON.stringify(trace.traceId)},"start_time":"${start}",` +
    `"duration_ns":${trace.durationNano},"spans":[${spans}]}\n`;
}
