import { InvalidArgumentError } from "commander";
import { STATS_TABLES, type StatsTable } from "../analysis/stats_tables.ts";
import { STATS_SORT_KEYS, type StatsSortKey } from "../analysis/stats_row.ts";

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
