import type { TraceEntry, TraceList } from "../assemble/trace_list.ts";

/** A trace, or several that lie too close to be told apart. */
export interface ScatterPoint {
  /** The trace to open: of several one that failed, of those the slowest. */
  readonly traceId: string;
  readonly sequence: number;
  readonly name: string;
  readonly service: string | undefined;
  readonly startTimeUnixNano: bigint;
  readonly durationNano: bigint;
  /** How many traces the point stands for. */
  readonly count: number;
  /** How many of those have an error. */
  readonly errorCount: number;
}

/** How much room there is for the points. */
export interface ScatterOptions {
  /** How many points can be told apart from left to right. @default 200 */
  readonly columns?: number;
  /** The same from bottom to top. @default 100 */
  readonly rows?: number;
}

/** Traces by their start and duration. */
export interface Scatter {
  /** By start, then by duration. */
  readonly points: readonly ScatterPoint[];
  readonly traceCount: number;
  /** The earliest start; 0 when there is no trace. */
  readonly fromUnixNano: bigint;
  /** The latest start. */
  readonly toUnixNano: bigint;
  readonly minDurationNano: bigint;
  readonly maxDurationNano: bigint;
}

/**
 * Lays traces out by start and duration, the latter on a logarithmic scale, and puts those together that would
 * lie on one point. Two passes over the entries; no tree is built.
 *
 * @example
 * ```ts
 * import { TraceStore } from "../assemble/trace_store.ts";
 * import { scatter } from "./scatter.ts";
 *
 * const { points, traceCount } = scatter(new TraceStore());
 * if (points.length !== 0 || traceCount !== 0) throw new Error("from nothing");
 * ```
 */
export function scatter(
  list: Pick<TraceList, "traceCount" | "entryAt">,
  options: ScatterOptions = {},
): Scatter {
  const columns = Math.max(1, options.columns ?? 200);
  const rows = Math.max(1, options.rows ?? 100);
  const bounds = findBounds(list);
  const { fromUnixNano, toUnixNano, minDurationNano, maxDurationNano } = bounds;
  const length = Math.max(1, Number(toUnixNano - fromUnixNano));
  const lowest = logNano(minDurationNano);
  const height = Math.max(1e-9, logNano(maxDurationNano) - lowest);
  const cells = new Map<number, { best: TraceEntry; count: number; errorCount: number }>();
  for (let index = 0; index < list.traceCount; index++) {
    const entry = list.entryAt(index);
    if (entry === undefined) break;
    const x = Number(entry.startTimeUnixNano - fromUnixNano) / length;
    const y = (logNano(entry.durationNano) - lowest) / height;
    const column = Math.min(columns - 1, Math.floor(x * columns));
    const row = Math.min(rows - 1, Math.floor(y * rows));
    const cell = cells.get(column * rows + row);
    const isError = entry.errorCount > 0;
    if (cell === undefined) {
      cells.set(column * rows + row, { best: entry, count: 1, errorCount: isError ? 1 : 0 });
      continue;
    }
    cell.count++;
    if (isError) cell.errorCount++;
    if (isBetter(entry, cell.best)) cell.best = entry;
  }
  const points = Array.from(cells, ([place, { best, count, errorCount }]) => ({
    place,
    point: {
      traceId: best.traceId,
      sequence: best.sequence,
      name: best.name,
      service: best.service,
      startTimeUnixNano: best.startTimeUnixNano,
      durationNano: best.durationNano,
      count,
      errorCount,
    },
  })).sort((a, b) => a.place - b.place).map(({ point }) => point);
  return { points, ...bounds };
}

function findBounds(list: Pick<TraceList, "traceCount" | "entryAt">): Omit<Scatter, "points"> {
  const first = list.entryAt(0);
  let fromUnixNano = first?.startTimeUnixNano ?? 0n;
  let toUnixNano = fromUnixNano;
  let minDurationNano = first?.durationNano ?? 0n;
  let maxDurationNano = minDurationNano;
  let traceCount = 0;
  for (let index = 0; index < list.traceCount; index++) {
    const entry = list.entryAt(index);
    if (entry === undefined) break;
    traceCount++;
    const { startTimeUnixNano, durationNano } = entry;
    if (startTimeUnixNano < fromUnixNano) fromUnixNano = startTimeUnixNano;
    if (startTimeUnixNano > toUnixNano) toUnixNano = startTimeUnixNano;
    if (durationNano < minDurationNano) minDurationNano = durationNano;
    if (durationNano > maxDurationNano) maxDurationNano = durationNano;
  }
  return { traceCount, fromUnixNano, toUnixNano, minDurationNano, maxDurationNano };
}

/** Durations differ by orders of magnitude; below a microsecond nothing needs to be told apart. */
function logNano(nano: bigint): number {
  return Math.log10(Math.max(1000, Number(nano)));
}

function isBetter(entry: TraceEntry, than: TraceEntry): boolean {
  const isError = entry.errorCount > 0;
  if (isError !== than.errorCount > 0) return isError;
  return entry.durationNano > than.durationNano;
}
