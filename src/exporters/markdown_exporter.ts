import { formatDuration } from "../model/duration.ts";
import { durationNano, isErrorSpan, type Span } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import type { Exporter } from "./exporter.ts";
import { countShownSpan } from "./_count_shown_span.ts";
import { frameName, oneLine } from "./_frame_name.ts";
import { spanService } from "../model/span_service.ts";
import { type SelectedTrace, TraceSelection } from "./_trace_selection.ts";

/** How much a {@linkcode MarkdownExporter} writes. */
export interface MarkdownExporterOptions {
  /** Most spans in the document. @default 300 */
  readonly maxSpans?: number;
}

/**
 * Writes Markdown to paste into an issue: a heading for each trace, then its tree in a code block, a line a
 * span with its length, when it began after the trace, its kind and service, and what went wrong.
 */
export class MarkdownExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #selection: TraceSelection;

  constructor(options: MarkdownExporterOptions = {}) {
    const { maxSpans = MARKDOWN_MAX_SPANS } = options;
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
    const { traces, leftOutCount } = this.#selection.finish();
    const parts = traces.map((selected) => this.#formatTrace(selected));
    if (traces.length === 0) parts.push("No spans.\n");
    if (leftOutCount > 0) {
      parts.push(`${spanCount(leftOutCount)} more left out: choose traces, or allow more spans.\n`);
    }
    return parts.join("\n");
  }

  #formatTrace({ trace, shownCount }: SelectedTrace): string {
    const { nodes, rootSpan } = trace;
    const facts = [formatDuration(trace.durationNano), spanCount(nodes.length)];
    if (trace.errorCount > 0) facts.push(count(trace.errorCount, "error"));
    if (trace.unfinishedCount > 0) facts.push(`${trace.unfinishedCount} unfinished`);
    const lines = this.#formatTree(trace, shownCount);
    const hidden = nodes.length - shownCount;
    if (hidden > 0) lines.push(`… ${spanCount(hidden)} more`);
    const fence = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
    return `### ${codeSpan(cut(frameName(rootSpan), MAX_NAME))} ${facts.join(", ")}\n\n` +
      `Trace ${codeSpan(cut(oneLine(trace.traceId), MAX_NAME))}, ${
        startText(trace.startTimeUnixNano)
      }\n\n` +
      `${fence}text\n${lines.join("\n")}\n${fence}\n`;
  }

  #formatTree(trace: SelectedTrace["trace"], shownCount: number): string[] {
    const guides = treeGuides(trace.nodes.slice(0, shownCount));
    const rows = guides.map((guide, index) => {
      const { span } = trace.nodes[index];
      countShownSpan(span, this);
      const offset = span.startTimeUnixNano - trace.startTimeUnixNano;
      return {
        name: guide + cut(frameName(span), MAX_NAME),
        duration: durationText(span),
        offset: offset === 0n ? "" : `+${formatDuration(offset)}`,
        rest: details(span),
      };
    });
    const nameWidth = Math.min(Math.max(...rows.map(({ name }) => name.length)), MAX_NAME + 20);
    const durationWidth = Math.max(...rows.map(({ duration }) => duration.length));
    const offsetWidth = Math.max(...rows.map(({ offset }) => offset.length));
    return rows.map(({ name, duration, offset, rest }) =>
      [
        name.padEnd(nameWidth),
        duration.padStart(durationWidth),
        offset.padStart(offsetWidth),
        rest,
      ].join("  ").trimEnd()
    );
  }
}

/** Fits into an issue of GitHub, which has 65,536 characters at most. */
export const MARKDOWN_MAX_SPANS = 300;

const MAX_NAME = 80;
const MAX_LEVELS = 20;

interface TreeNode {
  readonly depth: number;
  readonly parent: number;
}

/** What stands in front of each node of a tree; deep levels are told by a number. */
function treeGuides(nodes: readonly TreeNode[]): string[] {
  const isLast = new Array<boolean>(nodes.length);
  const parents = new Set<number>();
  for (let index = nodes.length - 1; index >= 0; index--) {
    const { parent } = nodes[index];
    isLast[index] = !parents.has(parent);
    parents.add(parent);
  }
  /** What stands below each node of the current path, by depth. */
  const below: string[] = [];
  return nodes.map(({ depth }, index) => {
    below.length = depth;
    below.push(depth === 0 ? "" : isLast[index] ? "   " : "│  ");
    if (depth === 0) return "";
    const branch = isLast[index] ? "└─ " : "├─ ";
    return depth <= MAX_LEVELS
      ? below.slice(1, depth).join("") + branch
      : `${below.slice(1, MAX_LEVELS).join("")}${branch}(level ${depth}) `;
  });
}

function durationText(span: Span): string {
  const duration = durationNano(span);
  if (duration === undefined) return span.state;
  return duration < 0n ? "ends before its start" : formatDuration(duration);
}

function details(span: Span): string {
  const parts = [String(span.kind)];
  const service = spanService(span);
  if (service !== undefined) parts.push(cut(oneLine(service), MAX_NAME));
  if (isErrorSpan(span)) {
    const { error } = span.attributes;
    const message = span.status?.message ?? (typeof error === "string" ? error : "");
    parts.push(`✗ ${cut(oneLine(message), MAX_NAME)}`.trimEnd());
  }
  return parts.join("  ");
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length - 1).toWellFormed() + "…";
}

function startText(unixNano: bigint): string {
  try {
    return formatTimestamp(unixNano);
  } catch {
    // Outside of the years 0000 to 9999.
    return `${unixNano} ns since 1970`;
  }
}

/** Text as Markdown's inline code, in which nothing has a meaning. */
function codeSpan(text: string): string {
  const ticks = "`".repeat(longestRun(text) + 1);
  return `${ticks} ${text} ${ticks}`;
}

/** The length of the longest run of backticks. */
function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function spanCount(number: number): string {
  return count(number, "span");
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
