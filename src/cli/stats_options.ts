import { InvalidArgumentError } from "commander";
import { OPERATION_CATEGORIES, type OperationCategory } from "../analysis/operation.ts";
import { STATS_SORT_KEYS, type StatsSortKey } from "../analysis/stats_row.ts";

/** The tables of `trace stats`, in the order in which they are printed. */
export const STATS_TABLES = [...OPERATION_CATEGORIES, "service", "nplusone"] as const;

/** See {@linkcode STATS_TABLES}; `by` is the one of `--by`. */
export type StatsTable = OperationCategory | "service" | "nplusone" | "by";

/** The tables that go-trace has. */
export const GOTRACE_TABLES: readonly StatsTable[] = ["endpoint", "sql", "function", "nplusone"];

/** The tables that need whole traces, and are printed only when they are asked for. */
export const TRACE_TABLES = ["critical-path", "graph"] as const;

/** See {@linkcode TRACE_TABLES}. */
export type TraceTable = typeof TRACE_TABLES[number];

/** Parses the name of a table, and adds it to those named before. */
export function parseTable(
  text: string,
  before: (StatsTable | TraceTable)[] | undefined,
): (StatsTable | TraceTable)[] {
  const names = [...STATS_TABLES, ...TRACE_TABLES];
  const table = names.find((name) => name === text);
  if (table === undefined) throw new InvalidArgumentError(`Expected one of ${names.join(", ")}.`);
  return [...before ?? [], table];
}

/** Parses what to sort by. */
export function parseSortKey(text: string): StatsSortKey {
  const key = STATS_SORT_KEYS.find((name) => name === text);
  if (key === undefined) {
    throw new InvalidArgumentError(`Expected one of ${STATS_SORT_KEYS.join(", ")}.`);
  }
  return key;
}
