import { wait } from "../runtime/wait.ts";
import * as z from "zod";
import { TraceStore } from "../assemble/trace_store.ts";
import { parseTimestamp } from "../model/time.ts";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { Answer, describeCall } from "./answer.ts";
import { countText, describeTrace, nowOf, showTime, sourceNotes } from "./describe_trace.ts";
import { QUERY, readQuery } from "./query_parameter.ts";
import { showId } from "./short_ids.ts";
import { defineTool, MAX_BYTES, parameters, SOURCE, type ToolContext } from "./tool.ts";
import { ToolError } from "./tool_error.ts";
import { NoSessionError, type TraceSource } from "./trace_source.ts";
import { summarizeTrace } from "./trace_summary.ts";

const INPUT = parameters({
  source: SOURCE,
  query: QUERY,
  timeout_s: z.number().min(0).max(300).default(30).describe("Seconds to wait at most"),
  since: z.string().optional().describe(
    "Also take a trace that is there already if it ended after this time (RFC 3339), or no longer ago than this " +
      "(30s, 5m). Default: only what comes from now on",
  ),
  running: z.boolean().default(false).describe("Do not wait until the trace has finished"),
  max_bytes: MAX_BYTES,
});

/** Waits for something to happen. */
export const waitForTrace = defineTool({
  name: "wait_for_trace",
  description:
    "Waits until a running session has a trace that a query finds, and that has finished. Start it, then make the " +
    "request, or make the request and pass since. Also waits for a session to start.",
  input: INPUT,
  async run(args, context): Promise<string> {
    const query = await readQuery(args.query);
    const startedMs = Date.now();
    const sinceUnixNano = parseSince(args.since, startedMs);
    const deadlineMs = startedMs + args.timeout_s * 1000;
    const paced = paceProgress(context, { startedMs, deadlineMs });
    const wait = await openWait(args.source, paced, deadlineMs, (source) => {
      const opened = new TraceWait(source, query, args.running);
      if (sinceUnixNano !== undefined) opened.addSince(sinceUnixNano);
      return opened;
    });
    try {
      const trace = await wait?.run(paced, deadlineMs);
      const answer = new Answer(args.max_bytes);
      const next = { since: showTime(BigInt(startedMs) * 1_000_000n) };
      const nextCall = describeCall("wait_for_trace", INPUT, args, next);
      if (wait === undefined) {
        answer.add(`No session has started within ${args.timeout_s} s. Wait again: ${nextCall}`);
        return answer.toString();
      }
      const { source } = wait;
      if (trace !== undefined) {
        answer.add(describeTrace(trace, showId(trace.traceId), nowOf(source)));
        const outline = { trace_id: trace.traceId, source: args.source };
        answer.note(`Look into it: ${describeCall("trace_outline", INPUT, outline, {})}`);
      } else {
        answer.add(
          (source.isLive
            ? `Nothing that matches within ${args.timeout_s} s`
            : "The session has ended") +
            `: ${countText(wait.seenCount, "trace")} seen, none matches.`,
        );
        for (const line of wait.describeUnfinished()) answer.add(line);
        if (source.isLive) answer.note(`Wait again, missing nothing: ${nextCall}`);
      }
      for (const note of sourceNotes(source)) answer.note(note);
      return answer.toString();
    } finally {
      wait?.[Symbol.dispose]();
    }
  },
});

/** What a wait may use. */
interface PacedContext extends Pick<ToolContext, "catalog" | "signal"> {
  /** Tells the client how it stands, not too often. */
  tell(message: string): void;
}

function paceProgress(
  { catalog, signal, onProgress }: ToolContext,
  { startedMs, deadlineMs }: { readonly startedMs: number; readonly deadlineMs: number },
): PacedContext {
  let toldMs = startedMs;
  function tell(message: string): void {
    const nowMs = Date.now();
    if (nowMs - toldMs < PROGRESS_MS) return;
    toldMs = nowMs;
    onProgress((nowMs - startedMs) / 1000, (deadlineMs - startedMs) / 1000, message);
  }
  return { catalog, signal, tell };
}

/**
 * Begins to wait at a session; waits for one to start where none is named. One that has ended will do if
 * what is waited for is there already.
 *
 * @returns `undefined` when none has started in time.
 */
async function openWait(
  name: string | undefined,
  { catalog, signal, tell }: PacedContext,
  deadlineMs: number,
  create: (source: TraceSource) => TraceWait,
): Promise<TraceWait | undefined> {
  for (;;) {
    try {
      const source = await catalog.open(name, signal);
      const wait = create(source);
      if (source.isLive || source.isSession && wait.hasMatch()) return wait;
      wait[Symbol.dispose]();
      if (name !== undefined || !source.isSession) {
        throw new ToolError(
          `Nothing more comes from "${source.title}": ` +
            (source.isSession ? "the session has ended" : "it is no running session") +
            "; use search_traces",
        );
      }
    } catch (error) {
      if (!(error instanceof NoSessionError)) throw error;
    }
    if (signal.aborted) throw new ToolError("The call was cancelled");
    if (Date.now() >= deadlineMs) return undefined;
    tell("No session is running yet");
    await wait(Math.min(SESSION_POLL_MS, deadlineMs - Date.now()), signal);
  }
}

/** One wait: the traces that have changed since it began, and which of them matches. */
class TraceWait implements Disposable {
  readonly source: TraceSource;
  readonly #query: SpanQuery | undefined;
  readonly #isTakingRunning: boolean;
  /** Only what has changed; knows when a trace has finished. */
  readonly #store = new TraceStore();
  readonly #changed = new Set<string>();
  readonly #unwatch: () => void;
  #found: Trace | undefined;

  constructor(source: TraceSource, query: SpanQuery | undefined, isTakingRunning: boolean) {
    this.source = source;
    this.#query = query;
    this.#isTakingRunning = isTakingRunning;
    this.#unwatch = source.watch((traceIds) => {
      for (const id of traceIds) this.#changed.add(id);
    });
  }

  /** Traces that have changed. */
  get seenCount(): number {
    return this.#store.traceCount;
  }

  /** Takes what is there already and was still going on then, or began later. */
  addSince(sinceUnixNano: bigint): void {
    const { traces } = this.source;
    for (let index = 0; index < traces.traceCount; index++) {
      const entry = traces.entryAt(index);
      if (entry === undefined) break;
      const { startUnixNano, durationNano } = summarizeTrace(entry, undefined);
      if (startUnixNano + durationNano >= sinceUnixNano) this.#changed.add(entry.traceId);
    }
  }

  /** Whether what is there already will do, if nothing more comes. */
  hasMatch(): boolean {
    this.#found ??= this.#look(true);
    return this.#found !== undefined;
  }

  /** Waits; `undefined` when the time is over or the session has ended without a match. */
  async run({ signal, tell }: PacedContext, deadlineMs: number): Promise<Trace | undefined> {
    for (;;) {
      const isOver = !this.source.isLive;
      const trace = this.#found ?? this.#look(isOver);
      if (trace !== undefined) return trace;
      if (signal.aborted) throw new ToolError("The call was cancelled");
      if (isOver || Date.now() >= deadlineMs) return undefined;
      tell(`${countText(this.seenCount, "trace")} seen, none matches`);
      await wait(Math.min(POLL_MS, deadlineMs - Date.now()), signal);
    }
  }

  /** Traces that match and have not finished, each in a line. */
  describeUnfinished(): string[] {
    const lines: string[] = [];
    for (const id of this.#store.traceIds) {
      const trace = this.#store.trace(id);
      if (trace === undefined || trace.runningCount === 0 || !this.#matches(trace)) continue;
      if (lines.length === 0) lines.push("These match and still run (running: true takes them):");
      lines.push(describeTrace(trace, showId(id), nowOf(this.source)));
      if (lines.length > MAX_UNFINISHED) break;
    }
    return lines;
  }

  [Symbol.dispose](): void {
    this.#unwatch();
  }

  #look(isOver: boolean): Trace | undefined {
    const nowMs = Date.now();
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const id of changed) {
      for (const span of this.source.traces.spansOf(id)) this.#store.add(span, nowMs);
    }
    const finished = this.#store.finishedTraces(nowMs, isOver).map(({ trace }) => trace);
    const candidates = this.#isTakingRunning
      ? changed.map((id) => this.#store.trace(id)).filter((trace) => trace !== undefined)
      : finished;
    return candidates.find((trace) => this.#matches(trace));
  }

  #matches(trace: Trace): boolean {
    return this.#query === undefined || this.#query.findSpans(trace).length > 0;
  }
}

function parseSince(text: string | undefined, nowMs: number): bigint | undefined {
  if (text === undefined) return undefined;
  const time = parseTimestamp(text);
  if (time !== undefined) return time.unixNano;
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) {
    throw new ToolError(
      `Cannot read since ${JSON.stringify(text.slice(0, 100))}: give a time such as ` +
        `${showTime(BigInt(nowMs) * 1_000_000n)}, or how long ago: 30s, 5m`,
    );
  }
  return BigInt(nowMs - Number(count) * UNIT_MS[unit]) * 1_000_000n;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const POLL_MS = 50;
const SESSION_POLL_MS = 250;
const PROGRESS_MS = 1000;
const MAX_UNFINISHED = 5;
