import { changeSpan } from "../model/change_span.ts";
import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { countDropped } from "../wire/count_dropped.ts";
import type { Exporter } from "./exporter.ts";
import { frameName } from "./_frame_name.ts";
import { spanService } from "../model/span_service.ts";
import { layoutEnd, layoutTrace, type SpanChain } from "./_trace_layout.ts";
import { TraceGroups } from "./_trace_groups.ts";

/** How much a {@linkcode SpeedscopeExporter} looks at before it writes. */
export interface SpeedscopeExporterOptions {
  /** Most spans held back so that the spans of a trace can be laid out together. @default 20_000 */
  readonly maxPendingSpans?: number;
}

/**
 * Writes speedscope's own file format. A profile is a lane of a trace: spans that are nested in their parent
 * or apart from each other; what runs beside them is in the trace's next profile. Times are nanoseconds
 * after the start of the trace.
 *
 * Specification: https://www.speedscope.app/file-format-schema.json
 */
export class SpeedscopeExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #groups: TraceGroups;
  /** Places in the list of frames, by the frame as JSON. */
  readonly #frames = new Map<string, number>();
  #isFirst = true;

  constructor(options: SpeedscopeExporterOptions = {}) {
    this.#groups = new TraceGroups({ ...options, changed: this.changed });
  }

  begin(): string {
    return `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"trace",` +
      `"activeProfileIndex":0,"profiles":[`;
  }

  span(span: Span): string {
    this.#groups.add(span);
    let text = "";
    for (let spans = this.#groups.takeOverflow(); spans; spans = this.#groups.takeOverflow()) {
      text += this.#writeTrace(spans);
    }
    return text;
  }

  end(): string {
    const parts: string[] = [];
    for (let spans = this.#groups.take(); spans; spans = this.#groups.take()) {
      parts.push(this.#writeTrace(spans));
    }
    // Behind the profiles, which name the frames by their place in it.
    const frames = [...this.#frames.keys()].join(",\n");
    return `${parts.join("")}\n],"shared":{"frames":[\n${frames}\n]}}\n`;
  }

  #writeTrace(spans: readonly Span[]): string {
    let start = spans[0].startTimeUnixNano;
    let end = start;
    for (const span of spans) {
      const { startTimeUnixNano, endTimeUnixNano = startTimeUnixNano } = span;
      if (startTimeUnixNano < start) start = startTimeUnixNano;
      if (startTimeUnixNano > end) end = startTimeUnixNano;
      if (endTimeUnixNano > end) end = endTimeUnixNano;
      this.#count(span);
    }
    // Spans without an end end with their trace: every frame has to be closed.
    const ended = spans.map((span) =>
      span.endTimeUnixNano === undefined ? changeSpan(span, { endTimeUnixNano: end }) : span
    );
    return layoutTrace(ended).map((chain, index) => {
      const lane = index === 0 ? "" : ` (lane ${index + 1})`;
      const name = `${frameName(chain.spans[0])} ${spans[0].traceId.toWellFormed()}${lane}`;
      return this.#writeChain(chain, name, start);
    }).join("");
  }

  #writeChain(chain: SpanChain, name: string, origin: bigint): string {
    const events: string[] = [];
    const open: { readonly frame: number; readonly end: bigint }[] = [];
    const write = (type: "O" | "C", frame: number, at: bigint): void => {
      events.push(`{"type":"${type}","frame":${frame},"at":${at - origin}}`);
    };
    function closeUntil(moment: bigint): void {
      while (open.length > 0 && open.at(-1)!.end <= moment) {
        const { frame, end } = open.pop()!;
        write("C", frame, end);
      }
    }
    for (const span of chain.spans) {
      closeUntil(span.startTimeUnixNano);
      const frame = this.#frameOf(span);
      write("O", frame, span.startTimeUnixNano);
      open.push({ frame, end: layoutEnd(span) });
    }
    closeUntil(chain.end);
    const separator = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    return `${separator}{"type":"evented","name":${JSON.stringify(name)},"unit":"nanoseconds",` +
      `"startValue":0,"endValue":${chain.end - origin},"events":[${events.join(",")}]}`;
  }

  #frameOf(span: Span): number {
    const service = spanService(span);
    let key = JSON.stringify({ name: frameName(span), file: service });
    let frame = this.#frames.get(key);
    if (frame === undefined && this.#frames.size >= MAX_FRAMES) {
      countReason(this.changed, "more_names");
      key = JSON.stringify({ name: "(more names)" });
      frame = this.#frames.get(key);
    }
    if (frame === undefined) {
      frame = this.#frames.size;
      this.#frames.set(key, frame);
    }
    return frame;
  }

  #count(span: Span): void {
    if (span.endTimeUnixNano === undefined) countReason(this.changed, "no_end_time");
    else if (span.endTimeUnixNano < span.startTimeUnixNano) {
      countReason(this.changed, "negative_duration");
    }
    countDropped(span, LOST, this);
  }
}

/** The list of frames is written last, so it stays in memory. */
const MAX_FRAMES = 100_000;
/** All that makes one span differ from another of the same name. */
const LOST = ["attributes", "events", "links", "samples", "time_offset"] as const;
