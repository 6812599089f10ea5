import { useEffect, useMemo, useState } from "preact/hooks";
import { pageApi } from "../live.ts";
import { TraceRows, type TraceRowsKey } from "./trace_rows.ts";

/** The rows of a list, drawn anew whenever they change. */
export function useTraceRows(key: TraceRowsKey, version: number): TraceRows {
  const [, draw] = useState(0);
  const { where, sort, at, after, before } = key;
  const rows = useMemo(
    () => new TraceRows(pageApi(), key, () => draw((count) => count + 1)),
    [where, sort, at, after, before],
  );
  useEffect(() => () => rows.stop(), [rows]);
  useEffect(() => rows.refresh(), [rows, version]);
  return rows;
}
