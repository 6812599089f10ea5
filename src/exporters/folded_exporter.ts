import { selfTimesNano } from "../analysis/self_time.ts";
import { buildTrace } from "../assemble/build_trace.ts";
import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { countDropped } from "../wire/count_dropped.ts";
import type { Exporter } from "./exporter.ts";
import { frameName } from "./_frame_name.ts";
import { spanService } from "../model/span_service.ts";
import { TraceGroups } from "./_trace_groups.ts";

/** How much a {@linkcode FoldedExporter} looks at before it writes. */
export interface FoldedExporterOptions {
  /** Most spans held back so that those of a trace come together. @default 20_000 */
  readonly maxPendingSpans?: number;
  /** Most stacks summed up before they are written; a stack may then come again. @default 100_000 */
  readonly maxStacks?: number;
}

/**
 * Writes folded stacks, as flame graph tools read them: a line `service;root;child N` for each stack, N being
 * the self time in microseconds of all its spans. What of a span's time no child ran in is its self time,
 * see `selfTimesNano`.
 */
export class FoldedExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #groups: TraceGroups;
  readonly #maxStacks: number;
  /** Nanoseconds by stack. */
  readonly #stacks = new Map<string, number>();
  #characterCount = 0;

  constructor(options: FoldedExporterOptions = {}) {
    this.#groups = new TraceGroups({ ...options, changed: this.changed });
    this.#maxStacks = options.maxStacks ?? 100_000;
  }

  begin(): string {
    return "";
  }

  span(span: Span): string {
    this.#groups.add(span);
    let text = "";
    for (let spans = this.#groups.takeOverflow(); spans; spans = this.#groups.takeOverflow()) {
      text += this.#addTrace(spans);
    }
    return text;
  }

  end(): string {
    let text = "";
    for (let spans = this.#groups.take(); spans; spans = this.#groups.take()) {
      text += this.#addTrace(spans);
    }
    return text + this.#flush();
  }

  #addTrace(spans: readonly Span[]): string {
    const trace = buildTrace(spans[0].traceId, spans);
    const doubled = spans.length - trace.nodes.length;
    if (doubled > 0) countReason(this.dropped, "doubled_id", doubled);
    const selfTimes = selfTimesNano(trace);
    let text = "";
    /** The stacks of the ancestors of the current node, by depth. */
    const stacks: string[] = [];
    for (let index = 0; index < trace.nodes.length; index++) {
      const { span, depth } = trace.nodes[index];
      this.#count(span);
      stacks.length = Math.min(depth, MAX_DEPTH);
      if (depth < MAX_DEPTH) stacks.push(this.#stackOf(trace, index, stacks));
      else countReason(this.changed, "deep_stack");
      this.#add(stacks.at(-1)!, selfTimes[index]);
      // A deep trace alone can have more than fits.
      if (this.#isFull()) text += this.#flush();
    }
    return text;
  }

  #stackOf(trace: Trace, index: number, ancestors: readonly string[]): string {
    const { span } = trace.nodes[index];
    const name = this.#escape(frameName(span));
    return ancestors.length === 0
      ? `${this.#escape(spanService(span) ?? NO_SERVICE)};${name}`
      : `${ancestors.at(-1)};${name}`;
  }

  #escape(name: string): string {
    if (!name.includes(";")) return name;
    countReason(this.changed, "name");
    return name.replaceAll(";", ":");
  }

  #count(span: Span): void {
    if (span.endTimeUnixNano === undefined) countReason(this.changed, "no_end_time");
    else if (span.endTimeUnixNano < span.startTimeUnixNano) {
      countReason(this.changed, "negative_duration");
    }
    countDropped(span, LOST, this);
  }

  #add(stack: string, nano: number): void {
    const before = this.#stacks.get(stack);
    if (before === undefined) this.#characterCount += stack.length;
    this.#stacks.set(stack, (before ?? 0) + nano);
  }

  #isFull(): boolean {
    return this.#stacks.size >= this.#maxStacks || this.#characterCount > MAX_CHARACTERS;
  }

  #flush(): string {
    const stacks = [...this.#stacks.keys()].sort();
    const lines = stacks.map((stack) =>
      `${stack} ${Math.round(this.#stacks.get(stack)! / 1000)}\n`
    );
    this.#stacks.clear();
    this.#characterCount = 0;
    return lines.join("");
  }
}

const NO_SERVICE = "(no service)";
/** Stacks of a chain of spans grow with the square of its length. */
const MAX_DEPTH = 500;
const MAX_CHARACTERS = 16 * 2 ** 20;
/** All that makes one span differ from another of the same name. */
const LOST = ["attributes", "events", "links", "samples", "time_offset"] as const;
