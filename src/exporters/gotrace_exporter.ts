import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { gotraceEvents } from "../wire/gotrace/span_events.ts";
import type { Exporter } from "./exporter.ts";

/**
 * Writes go-trace's event lines, a start and an end for each span, as a program sends them to its
 * collector. What its events have no place for: see `gotraceEvents`. A span with a time outside of the years
 * 0000 to 9999 cannot be written and is left out, counted as `time_out_of_range`.
 */
export class GotraceExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};

  begin(): string {
    return "";
  }

  span(span: Span): string {
    try {
      const { start, end = "" } = gotraceEvents(span, this);
      return start + end;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      countReason(this.dropped, "time_out_of_range");
      return "";
    }
  }

  end(): string {
    return "";
  }
}
