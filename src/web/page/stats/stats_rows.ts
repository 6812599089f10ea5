import type { ApiRows } from "../../api.ts";

/** A row of a table of operations, as `trace stats --json` prints it. */
export interface OperationRow {
  readonly table: string;
  readonly service: string;
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  /** Per second; `null` when all happened at one moment. */
  readonly rate: number | null;
  readonly total_ns: number;
  readonly avg_ns: number;
  readonly p50_ns: number;
  readonly p95_ns: number;
  readonly p99_ns: number;
  readonly max_ns: number;
  readonly self_ns: number;
  readonly exact: boolean;
  readonly running: number;
  readonly unfinished: number;
}

/** A repeated call. */
export interface RepeatedCallRow {
  readonly table: "nplusone";
  readonly category: string;
  readonly service: string;
  readonly name: string;
  readonly parent_service: string | null;
  readonly parent: string | null;
  readonly caller: string | null;
  readonly parents: number;
  readonly count: number;
  readonly max_count: number;
  readonly total_ns: number;
  readonly wall_ns: number;
  readonly parallel: boolean;
  readonly samples: readonly string[];
  readonly trace_id: string;
  readonly parent_span_id: string | null;
}

/** What there was at all. */
export interface StatsSummaryRow {
  readonly spans: number;
  readonly traces: number;
  readonly running: number;
  readonly unfinished: number;
  readonly clock_skew: number;
  readonly duplicate_spans: number;
  readonly late_spans: number;
  readonly other_nplusone: number;
}

/** The rows of `/api/stats` by what they are. */
export interface StatsTables {
  readonly operations: readonly OperationRow[];
  readonly services: readonly OperationRow[];
  readonly repeatedCalls: readonly RepeatedCallRow[];
  readonly summary: StatsSummaryRow | undefined;
}

/** Sorts what the server sent into tables. */
export function readStatsTables({ rows }: ApiRows): StatsTables {
  const of = (test: (table: unknown) => boolean): unknown =>
    rows.filter(({ table }) => test(table));
  return {
    operations: of((table) =>
      table !== "service" && table !== "nplusone" && table !== "summary"
    ) as readonly OperationRow[],
    services: of((table) => table === "service") as readonly OperationRow[],
    repeatedCalls: of((table) => table === "nplusone") as readonly RepeatedCallRow[],
    summary: rows.find(({ table }) => table === "summary") as unknown as
      | StatsSummaryRow
      | undefined,
  };
}

/**
 * Orders rows by a field.
 *
 * @param sort A field's name, with `-` in front for the most first.
 * @returns A new list.
 */
export function sortRows<Row extends object>(rows: readonly Row[], sort: string): readonly Row[] {
  const isDown = sort.startsWith("-");
  const field = (isDown ? sort.slice(1) : sort) as keyof Row;
  const sign = isDown ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(a[field], b[field]));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a === b) return 0;
  // What is not known stands below everything.
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return String(a) < String(b) ? -1 : 1;
}

/**
 * A query for the traces in which there is an operation: its name is a pattern, in which `?` and `{id}`
 * stand for values, so the longest piece without any is searched for.
 */
export function operationQuery({ service, name }: { service: string; name: string }): string {
  const pieces = name.split(/\?|\{id\}|…/).map((piece) => piece.trim().slice(0, 200));
  const longest = pieces.reduce((best, piece) => piece.length > best.length ? piece : best, "");
  // A method and its path are in attributes of their own.
  const path = /^[A-Z]+ (\/.*)$/.exec(longest)?.[1] ?? longest;
  const conditions = [
    ...(path === "" ? [] : [quoteText(path)]),
    ...(service === "" ? [] : [`service = ${quoteText(service)}`]),
  ];
  return conditions.join(" && ");
}

/** Text as a string of the query language. */
export function quoteText(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
