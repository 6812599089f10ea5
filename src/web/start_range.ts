import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";
import type { TraceSort } from "../views/trace_selection.ts";
import { Slices } from "./_slices.ts";

/** Traces that began at or after one moment and before another, in nanoseconds since the Unix epoch. */
export interface StartRange {
  /** @default the first */
  readonly after: bigint | undefined;
  /** @default past the last */
  readonly before: bigint | undefined;
}

/** What rows are read from. */
export type Entries = Pick<TraceList, "traceCount" | "entryAt">;

/**
 * The traces of a list that began in a range, in its order. It holds as long as the list stays as it is.
 *
 * @param sort How the list is sorted: by start, a range is found without looking at every trace.
 */
export async function inStartRange(
  list: Entries,
  { sort, range, signal }: { sort: TraceSort; range: StartRange; signal: AbortSignal },
): Promise<Entries> {
  const after = range.after ?? -MAX_UNIX_NANO;
  const before = range.before ?? MAX_UNIX_NANO;
  if (sort === "start" || sort === "newest") {
    const isDescending = sort === "newest";
    // Descending, those that come too late stand first.
    const from = findFirst(list, (start) => isDescending ? start < before : start >= after);
    const to = findFirst(list, (start) => isDescending ? start < after : start >= before);
    const traceCount = Math.max(0, to - from);
    return {
      traceCount,
      entryAt: (index) => index < traceCount ? list.entryAt(from + index) : undefined,
    };
  }
  const entries: TraceEntry[] = [];
  const slices = new Slices(signal);
  for (let index = 0; index < list.traceCount; index++) {
    const entry = list.entryAt(index);
    if (entry === undefined) break;
    const { startTimeUnixNano: start } = entry;
    if (start >= after && start < before) entries.push(entry);
    if ((index & 255) === 0 && slices.isOver) await slices.next();
  }
  return { traceCount: entries.length, entryAt: (index) => entries[index] };
}

/** Beyond all that nanoseconds can tell in 64 bits. */
const MAX_UNIX_NANO = 2n ** 64n;

/** The first place whose trace's start is as wanted, as are all behind it. */
function findFirst(list: Entries, isWanted: (startTimeUnixNano: bigint) => boolean): number {
  let from = 0;
  let to = list.traceCount;
  while (from < to) {
    const middle = (from + to) >> 1;
    const entry = list.entryAt(middle);
    if (entry === undefined || isWanted(entry.startTimeUnixNano)) to = middle;
    else from = middle + 1;
  }
  return from;
}
