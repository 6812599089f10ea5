import type { Span } from "../model/span.ts";
import { spanService } from "../model/span_service.ts";

/** The spans of each program, for formats in which a program has to have a name: `trace` for none. */
export function groupByService(spans: readonly Span[]): Map<string, Span[]> {
  const groups = new Map<string, Span[]>();
  for (const span of spans) {
    const service = spanService(span) ?? "trace";
    const group = groups.get(service);
    if (group === undefined) groups.set(service, [span]);
    else group.push(span);
  }
  return groups;
}
