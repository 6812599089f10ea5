import type { Trace } from "../model/trace.ts";
import { spanDetails } from "../views/span_details.ts";

/** Deeper values are indented no further. */
const MAX_INDENT = 20;

/** Everything that is known of a span, as text for the clipboard: a line for each thing, by sections. */
export function spanAsText(trace: Trace, index: number): string {
  const lines: string[] = [];
  for (const { name, rows } of spanDetails(trace, index)) {
    if (lines.length > 0) lines.push("", `${name}:`);
    for (const { key, text, depth } of rows) {
      lines.push(`${"  ".repeat(Math.min(depth, MAX_INDENT))}${key}: ${text}`);
    }
  }
  return lines.join("\n");
}
