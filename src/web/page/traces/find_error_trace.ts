import type { PageApi } from "../page_api.ts";
import type { TraceRowsKey } from "./trace_rows.ts";

/** As many rows as the server gives at once. */
const LIMIT = 1_000;

/**
 * Finds the next trace with errors in a list, wherever it is.
 *
 * @param from The place to look from, which is not looked at itself; -1 for before the first.
 * @param step Down or up.
 * @returns `undefined` when there is none in that direction.
 */
export async function findErrorTrace(
  api: PageApi,
  key: TraceRowsKey,
  from: number,
  step: 1 | -1,
  signal: AbortSignal,
): Promise<{ index: number; traceId: string } | undefined> {
  let next = from + step;
  while (next >= 0) {
    const first = step > 0 ? next : Math.max(0, next - LIMIT + 1);
    const limit = step > 0 ? LIMIT : next - first + 1;
    const { rows } = await api.traces({ ...key, from: first, limit }, signal);
    const at = step > 0
      ? rows.findIndex(({ errors }) => errors > 0)
      : rows.findLastIndex(({ errors }) => errors > 0);
    if (at >= 0) return { index: first + at, traceId: rows[at].trace_id };
    if (step > 0 && rows.length < limit) return undefined;
    next = step > 0 ? first + limit : first - 1;
  }
  return undefined;
}
