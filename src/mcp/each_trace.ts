import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";

/** The ids of all traces of a source. */
export function* traceIds(traces: TraceList): Generator<string> {
  for (let index = 0; index < traces.traceCount; index++) {
    const entry = traces.entryAt(index);
    if (entry !== undefined) yield entry.traceId;
  }
}

/**
 * All traces of a source as they are now. Every so often it lets other calls be answered, for looking at
 * a million spans takes seconds.
 *
 * @param signal Of the call; nothing more comes once it is aborted.
 * @throws What the signal was aborted with.
 */
export async function* eachTrace(
  traces: TraceList,
  signal: AbortSignal,
): AsyncGenerator<TraceEntry> {
  const entries: TraceEntry[] = [];
  for (let index = 0; index < traces.traceCount; index++) {
    const entry = traces.entryAt(index);
    if (entry !== undefined) entries.push(entry);
  }
  let untilMs = performance.now() + SLICE_MS;
  for (const entry of entries) {
    if (performance.now() >= untilMs) {
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      untilMs = performance.now() + SLICE_MS;
    }
    yield entry;
  }
}

const SLICE_MS = 50;
