import { TraceStore } from "../assemble/trace_store.ts";
import type { Trace } from "../model/trace.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { CommandError } from "./command_error.ts";
import { describeReasons, formatCount } from "./describe_reasons.ts";
import { openStoredSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { ProgressLine } from "./progress_line.ts";

/** Which traces of a file are meant. */
export interface TraceSelection {
  /** A file, `-`, or the URL of a Jaeger query service. */
  readonly source: string;
  /** The id of one trace, or the beginning of it. @default all traces */
  readonly traceId?: string;
}

/**
 * Reads a stored source and hands out its traces, each once. Memory is bounded: of more than 10,000 traces
 * or 1,000,000 spans that are not yet handed out, the oldest trace is taken to be complete.
 *
 * @returns False when the user stopped it.
 * @throws {CommandError} When the source cannot be read, or there is no such trace.
 */
export async function eachTrace(
  io: CliIo,
  selection: TraceSelection,
  onTrace: (trace: Trace) => void,
): Promise<boolean> {
  const { source, traceId } = selection;
  const chosen = new Set<string>();
  const store = new TraceStore({ onEvict: onTrace });
  const progress = new ProgressLine(io);
  let spanCount = 0;
  try {
    for await (const message of openStoredSource(io, source).read(io.signal)) {
      if (message.type === "notice") {
        await progress.clear();
        await io.stderr.write(`trace: ${message.text}\n`);
      }
      if (message.type !== "spans") continue;
      for (const span of message.spans) {
        if (traceId !== undefined) {
          if (!span.traceId.startsWith(traceId)) continue;
          chosen.add(span.traceId);
        }
        store.add(span);
      }
      spanCount += message.spans.length;
      progress.update(() => `Reading ${source}: ${formatCount(spanCount, "span")}`);
    }
  } finally {
    await progress.clear();
  }
  if (io.signal.aborted) return false;
  if (traceId !== undefined) checkChoice(selection, chosen);
  for (const { trace } of store.finishedTraces(0, true)) {
    if (traceId === undefined || chosen.size === 1 || trace.traceId === traceId) onTrace(trace);
  }
  const losses = describeReasons(`Left out of ${source}, for want of memory`, store.droppedSpans);
  if (losses !== "") await io.stderr.write(`trace: ${losses}`);
  return true;
}

function checkChoice({ source, traceId = "" }: TraceSelection, found: ReadonlySet<string>): void {
  if (found.size === 0) {
    throw new CommandError(
      `There is no trace "${
        escapeText(traceId)
      }" in "${source}"; see its ids with: trace view ${source} --json`,
    );
  }
  if (found.size > 1 && !found.has(traceId)) {
    const ids = [...found].slice(0, 3).map(escapeText).join(", ");
    throw new CommandError(
      `${found.size} traces in "${source}" begin with "${
        escapeText(traceId)
      }"; write more of the id: ${ids}`,
    );
  }
}
