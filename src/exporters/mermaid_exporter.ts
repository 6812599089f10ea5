import { countReason } from "../model/counters.ts";
import { formatDuration } from "../model/duration.ts";
import { durationNano, isErrorSpan, type Span } from "../model/span.ts";
import type { Exporter } from "./exporter.ts";
import { countShownSpan } from "./_count_shown_span.ts";
import { frameName, oneLine } from "./_frame_name.ts";
import { spanService } from "../model/span_service.ts";
import { type SelectedTrace, TraceSelection } from "./_trace_selection.ts";

/** How much a {@linkcode MermaidExporter} writes. */
export interface MermaidExporterOptions {
  /** Most spans in the chart. @default 150 */
  readonly maxSpans?: number;
}

/**
 * Writes a Gantt chart of mermaid: a bar a span, in the order of the tree, each trace from its own start on.
 * Sections are services. The axis counts microseconds, or milliseconds for traces of ten seconds and
 * more. Failed spans are critical, spans without an end active.
 */
export class MermaidExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #selection: TraceSelection;
  #characterCount = 0;

  constructor(options: MermaidExporterOptions = {}) {
    const { maxSpans = MERMAID_MAX_SPANS } = options;
    const { dropped, changed } = this;
    this.#selection = new TraceSelection({ maxSpans, dropped, changed });
  }

  begin(): string {
    return "";
  }

  span(span: Span): string {
    this.#selection.add(span);
    return "";
  }

  end(): string {
    const { traces } = this.#selection.finish();
    const isLong = traces.some(({ trace }) => trace.durationNano >= LONG_NANO);
    const [unit, unitNano] = isLong ? ["ms", 1_000_000n] : ["µs", 1000n];
    const bars: string[] = [];
    for (const selected of traces) this.#addBars(bars, selected, unitNano);
    const hiddenCount = this.dropped.max_spans ?? 0;
    const leftOut = hiddenCount === 0 ? "" : `, ${hiddenCount} spans left out`;
    const title = traces.length === 1
      ? `Trace ${escape(cut(oneLine(traces[0].trace.traceId)))}`
      : `${traces.length} traces`;
    const lines = [
      "gantt",
      `  title ${title}${leftOut}`,
      "  dateFormat x",
      `  axisFormat %Q ${unit}`,
      "  todayMarker off",
      ...bars,
    ];
    // Without a bar it would be no chart.
    if (traces.length === 0) lines.push("  section (none)", "  no spans :0, 1ms");
    return lines.join("\n") + "\n";
  }

  #addBars(bars: string[], { trace, shownCount }: SelectedTrace, unitNano: bigint): void {
    let section: string | undefined;
    for (const { span, depth } of trace.nodes.slice(0, shownCount)) {
      if (this.#characterCount > MAX_CHARACTERS) {
        countReason(this.dropped, "max_spans");
        continue;
      }
      countShownSpan(span, this);
      const service = escape(cut(oneLine(spanService(span) ?? ""))) || "(no service)";
      if (service !== section) this.#add(bars, `  section ${section = service}`);
      const duration = durationNano(span);
      const known = duration ?? trace.startTimeUnixNano + trace.durationNano -
          span.startTimeUnixNano;
      // A bar without a length is not drawn.
      const length = known > unitNano ? known / unitNano : 1n;
      const start = (span.startTimeUnixNano - trace.startTimeUnixNano) / unitNano;
      const tag = isErrorSpan(span) ? "crit, " : duration === undefined ? "active, " : "";
      const shown = duration === undefined ? span.state : formatDuration(known < 0n ? 0n : known);
      // The mark in front keeps names from being words of mermaid's language.
      const name = `${"·".repeat(Math.min(depth, MAX_LEVELS))}▸ ${escape(cut(frameName(span)))}`;
      this.#add(bars, `  ${name} ${shown} :${tag}${start}, ${length}ms`);
    }
  }

  #add(bars: string[], line: string): void {
    bars.push(line);
    this.#characterCount += line.length + 1;
  }
}

/** More bars than one wants to look at. */
export const MERMAID_MAX_SPANS = 150;

/** mermaid takes 50,000 characters unless told otherwise, and so does GitHub. */
const MAX_CHARACTERS = 48_000;

const LONG_NANO = 10_000_000_000n;
const MAX_LEVELS = 12;
const MAX_NAME = 60;

function cut(text: string): string {
  return text.length <= MAX_NAME ? text : text.slice(0, MAX_NAME - 1).toWellFormed() + "…";
}

/** Characters that mean something to mermaid, as its own escapes. */
function escape(text: string): string {
  return text.replace(/[#;:<>%{}"\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
