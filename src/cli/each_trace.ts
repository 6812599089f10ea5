import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { CommandError } from "./command_error.ts";
import { formatCount } from "./describe_reasons.ts";
import { openStoredSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { ProgressLine } from "./progress_line.ts";
import { readTraces } from "./read_traces.ts";

/** Which traces of a source are meant. */
export interface TraceSelection {
  /** A file, `-`, or the URL of a Jaeger query service. */
  readonly source: string;
  /** The id of one trace, or the beginning of it. @default all traces */
  readonly traceId?: string;
  /** What must be found in a trace. @default nothing */
  readonly query?: SpanQuery;
}

/**
 * Reads a stored source and hands out its traces, each whole and once.
 *
 * @returns How many there were; `undefined` when the user stopped it.
 * @throws {CommandError} When the source cannot be read, or there is no such trace.
 */
export async function eachTrace(
  io: CliIo,
  selection: TraceSelection,
  onTrace: (trace: Trace) => void,
): Promise<number | undefined> {
  const { source, traceId, query } = selection;
  const found: Trace[] = [];
  const progress = new ProgressLine(io);
  let traceCount = 0;
  try {
    for await (const message of readTraces(openStoredSource(io, source), io.signal)) {
      if (message.type === "notice") {
        await progress.clear();
        await io.stderr.write(`trace: ${message.text}\n`);
      }
      if (message.type !== "traces") continue;
      for (const trace of message.traces) {
        if (query !== undefined && query.findSpans(trace).length === 0) continue;
        if (traceId === undefined) {
          traceCount++;
          onTrace(trace);
        } else if (trace.traceId.startsWith(traceId) && found.length < MAX_NAMED) {
          found.push(trace);
        }
      }
      progress.update(() => `Reading ${source}: ${formatCount(traceCount, "trace")}`);
    }
  } finally {
    await progress.clear();
  }
  if (io.signal.aborted) return undefined;
  if (traceId === undefined) return traceCount;
  onTrace(chooseTrace(source, traceId, found));
  return 1;
}

/** How many traces whose ids begin alike are held to choose from. */
const MAX_NAMED = 1000;

function chooseTrace(source: string, traceId: string, found: readonly Trace[]): Trace {
  const whole = found.find((trace) => trace.traceId === traceId);
  if (whole !== undefined) return whole;
  if (found.length === 1) return found[0];
  if (found.length === 0) {
    throw new CommandError(
      `There is no trace "${escapeText(traceId)}" in "${source}"; ` +
        `its ids are in what this prints: trace view ${source} --json`,
    );
  }
  const ids = found.slice(0, 3).map((trace) => escapeText(trace.traceId)).join(", ");
  throw new CommandError(
    `Several traces in "${source}" begin with "${
      escapeText(traceId)
    }": ${ids}…; write more of the id`,
  );
}
