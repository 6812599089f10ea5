import { SubtreeStore } from "../assemble/subtree_store.ts";
import { TraceStore } from "../assemble/trace_store.ts";
import { formatDuration } from "../model/duration.ts";
import { durationNano, type Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { paintLine } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { printTrace } from "../tui/print_trace.ts";
import { DIM, kindMark, show } from "../tui/span_text.ts";

/** What is known of a command that has ended. */
export interface CommandResult {
  /** Its span, ended. */
  readonly span: Span;
  /** Such as `exit code 0`, `SIGTERM (exit code 143)`. */
  readonly end: string;
  /** What ran under it, such as `3 spans in 1 trace`. */
  readonly counts: string;
}

/**
 * Writes what runs under a command as one tree with the command at its top: a trace that a program began, or a
 * subtree right below the command's own span, as soon as it is finished; the command's end at last.
 *
 * ```text
 * · python job.py
 * ├─ · import  1.2s  3 spans  …
 * │  └─ → GET  840ms
 * └─ exit code 0  1.3s  3 spans in 1 trace
 * ```
 */
export class CommandTree {
  readonly #command: Span;
  readonly #color: boolean;
  readonly #subtrees: SubtreeStore;
  readonly #traces: TraceStore;
  #evicted: Trace[] = [];
  #hasBegun = false;
  #hasOwnSpans = false;

  /** @param command The command's span. */
  constructor(command: Span, options: { readonly color: boolean }) {
    this.#command = command;
    this.#color = options.color;
    this.#subtrees = new SubtreeStore(command.spanId);
    this.#traces = new TraceStore({ onEvict: (trace) => this.#evicted.push(trace) });
  }

  /**
   * Takes a span, running or over.
   *
   * @param nowMs Milliseconds of any clock that does not go back.
   */
  add(span: Span, nowMs: number): void {
    if (span.traceId !== this.#command.traceId) this.#traces.add(span, nowMs);
    else if (span.spanId !== this.#command.spanId) {
      this.#hasOwnSpans = true;
      this.#subtrees.add(span, nowMs);
    }
  }

  /** Whether spans came that are below the command's own, in its trace. */
  get hasOwnSpans(): boolean {
    return this.#hasOwnSpans;
  }

  /**
   * The text of what has become finished since the last call.
   *
   * @param nowMs The clock that `add` was given.
   * @param isFinal Whether nothing more will come.
   */
  print(nowMs: number, isFinal = false): string {
    const evicted = this.#evicted;
    this.#evicted = [];
    const traces = [
      ...evicted,
      ...this.#traces.finishedTraces(nowMs, isFinal).map(({ trace }) => trace),
      ...this.#subtrees.finishedTraces(nowMs, isFinal),
    ];
    traces.sort((a, b) => a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1);
    return traces.map((trace) => this.#printBranch(trace)).join("");
  }

  /** The text of the command's end: the last of all. */
  printEnd({ span, end, counts }: CommandResult): string {
    const duration = formatDuration(durationNano(span) ?? 0n);
    const shownEnd = span.status?.code === "error" ? this.#paint(end, RED) : end;
    const text = `${shownEnd}  ${duration}  ${this.#paint(counts, DIM)}\n`;
    return this.#hasBegun ? this.#paint("└─ ", DIM) + text : `${this.#describeCommand()}  ${text}`;
  }

  #printBranch(trace: Trace): string {
    const beginning = this.#hasBegun ? "" : `${this.#describeCommand()}\n`;
    this.#hasBegun = true;
    const [first, ...rest] = printTrace(trace, { color: this.#color }).split("\n").slice(0, -1);
    const lines = [
      this.#paint("├─ ", DIM) + first,
      ...rest.map((line) => this.#paint("│  ", DIM) + line),
    ];
    return `${beginning}${lines.join("\n")}\n`;
  }

  #describeCommand(): string {
    return `${kindMark(this.#command).symbol} ${this.#paint(show(this.#command.name), BOLD)}`;
  }

  #paint(text: string, style: Style): string {
    return paintLine([{ text, style }], this.#color);
  }
}

const BOLD: Style = { isBold: true };
const RED: Style = { color: "red" };
