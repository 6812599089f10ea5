import { type CriticalOperation, CriticalPathTable } from "../analysis/critical_path_table.ts";
import { type ServiceEdge, ServiceGraph, type ServiceNode } from "../analysis/service_graph.ts";
import { formatEdgeJson } from "../analysis/service_graph_json.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { fitText, textWidth, truncateText } from "../terminal/text_width.ts";
import { CommandError } from "./command_error.ts";
import { nanoText, operationText, shareText } from "../views/describe_finding.ts";
import { formatCount } from "./describe_reasons.ts";
import { operationJson } from "../analysis/diff_json.ts";
import { eachTrace } from "./each_trace.ts";
import type { CliIo } from "./io.ts";
import { TRACE_TABLES, type TraceTable } from "./stats_options.ts";
import { describeNoMatch, readWhere } from "./where_option.ts";

/** Options of {@linkcode runTraceTables}: those of `trace stats` that apply. */
export interface TraceTablesOptions {
  readonly tables: readonly string[];
  readonly where?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly follow?: boolean;
}

/**
 * Runs `trace stats` for the tables that are made of whole traces: `critical-path` and `graph`.
 *
 * @throws {CommandError} When the arguments are wrong, or a source cannot be read.
 */
export async function runTraceTables(
  io: CliIo,
  names: readonly string[],
  options: TraceTablesOptions,
): Promise<void> {
  const tables = TRACE_TABLES.filter((name) => options.tables.includes(name));
  const other = options.tables.find((name) => !TRACE_TABLES.some((each) => each === name));
  if (other !== undefined) {
    throw new CommandError(
      `Cannot print --table ${other} and --table ${tables[0]} at once: ask for them one by one`,
      2,
    );
  }
  if (names.length === 0 || options.follow) {
    throw new CommandError(
      `--table ${tables[0]} needs whole traces; name a file: trace stats run.jsonl --table ${
        tables[0]
      }`,
      2,
    );
  }
  const query = await readWhere(options.where);
  const paths = new CriticalPathTable();
  const graph = new ServiceGraph();
  let traceCount = 0;
  for (const source of names) {
    const count = await eachTrace(io, { source, query }, (trace) => {
      if (tables.includes("critical-path")) paths.add(trace);
      if (tables.includes("graph")) graph.add(trace);
    });
    if (count === undefined) throw new CommandError("Stopped; nothing was printed");
    traceCount += count;
  }
  if (traceCount === 0) {
    await io.stderr.write(
      `trace: ${query === undefined ? "No spans were found" : describeNoMatch(query)}\n`,
    );
  }
  if (graph.otherCallCount > 0) {
    await io.stderr.write(
      `trace: ${
        formatCount(graph.otherCallCount, "call")
      } between further services were left out\n`,
    );
  }
  const texts = tables.map((table) => formatTable(table, paths, graph, options));
  await io.stdout.write(texts.join(options.json ? "" : "\n"));
}

function formatTable(
  table: TraceTable,
  paths: CriticalPathTable,
  graph: ServiceGraph,
  options: TraceTablesOptions,
): string {
  // As for the other tables: JSON has all rows.
  const limit = options.all || options.json ? Infinity : options.limit;
  if (table === "critical-path") {
    const rows = paths.operations;
    return options.json
      ? rows.map(pathJson).join("")
      : textTable("Critical path", PATH_COLUMNS, rows, limit);
  }
  const rows = graph.edges;
  return options.json
    ? rows.map(formatEdgeJson).join("")
    : textTable("Who calls whom", EDGE_COLUMNS, rows, limit);
}

interface Column<Row> {
  readonly title: string;
  /** Takes what the others leave of 80 columns. */
  readonly isName?: boolean;
  readonly text: (row: Row) => string;
}

const PATH_COLUMNS: readonly Column<CriticalOperation>[] = [
  { title: "SHARE", text: ({ share }) => shareText(share) },
  { title: "TIME", text: ({ pathNano }) => nanoText(pathNano) },
  { title: "TRACES", text: ({ traceCount }) => traceCount.toLocaleString("en-US") },
  { title: "NAME", isName: true, text: ({ operation }) => operationText(operation) },
];

const EDGE_COLUMNS: readonly Column<ServiceEdge>[] = [
  { title: "CALLS", text: ({ callCount }) => callCount.toLocaleString("en-US") },
  { title: "ERRORS", text: ({ errorCount }) => errorCount.toLocaleString("en-US") },
  { title: "P50", text: (edge) => percentileText(edge, 0.5) },
  { title: "P95", text: (edge) => percentileText(edge, 0.95) },
  { title: "P99", text: (edge) => percentileText(edge, 0.99) },
  {
    title: "CALLER → CALLEE",
    isName: true,
    text: ({ caller, callee }) => `${nodeText(caller)} → ${nodeText(callee)}`,
  },
];

const WIDTH = 80;

function textTable<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  limit: number,
): string {
  const shown = rows.slice(0, limit);
  const cells = [
    columns.map((column) => column.title),
    ...shown.map((row) => columns.map((column) => escapeText(column.text(row)))),
  ];
  const widths = columns.map((column, index) =>
    column.isName ? 0 : Math.max(...cells.map((row) => textWidth(row[index])))
  );
  const room = WIDTH - widths.reduce((sum, width) => sum + (width > 0 ? width + 2 : 0), 0);
  const lines = cells.map((row) =>
    row.map((cell, index) =>
      columns[index].isName
        ? truncateText(cell, room)
        : fitText(" ".repeat(Math.max(0, widths[index] - textWidth(cell))) + cell, widths[index])
    ).join("  ")
  );
  const rest = rows.length - shown.length;
  if (rest > 0) lines.push(`and ${formatCount(rest, "row")} more; see them with --all`);
  return `${title} (${rows.length})\n` + lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function percentileText({ durations }: ServiceEdge, share: number): string {
  return durations.count === 0 ? "-" : nanoText(durations.percentileNano(share));
}

function nodeText({ type, name }: ServiceNode): string {
  if (type === "service") return name === "" ? "(unknown)" : name;
  return name === "" ? type : `${type} ${name}`;
}

function pathJson({ operation, traceCount, pathNano, share }: CriticalOperation): string {
  return JSON.stringify({
    table: "critical-path",
    ...operationJson(operation),
    traces: traceCount,
    path_ns: Math.round(pathNano),
    share: Number(share.toPrecision(6)),
  }) + "\n";
}
