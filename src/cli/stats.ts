import { Command } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import type { OperationCategory } from "../analysis/operation.ts";
import { StatsCollector, type StatsSummary } from "../analysis/stats_collector.ts";
import type { StatsSortKey } from "../analysis/stats_row.ts";
import {
  formatStatsJson,
  repeatedCallsTable,
  STATS_TABLES,
  type StatsTable,
  statsTable,
} from "../analysis/stats_tables.ts";
import { attributeReader } from "./attribute_option.ts";
import { CommandError } from "./command_error.ts";
import { formatCount } from "./describe_reasons.ts";
import { findSource } from "./find_source.ts";
import { type CliIo, wantsColor } from "./io.ts";
import { parseCount, parseDuration } from "./parse_options.ts";
import { ProgressLine } from "./progress_line.ts";
import type { SpanSource } from "./span_source.ts";
import { GOTRACE_TABLES, parseSortKey, parseTable, TRACE_TABLES } from "./stats_options.ts";
import { repeatedCallsText, type StatsTextOptions, summaryText, tableText } from "./stats_text.ts";
import { readWhere, WHERE_OPTION } from "./where_option.ts";

/** Options of `trace stats`. */
export interface StatsOptions {
  readonly where?: string;
  readonly table?: readonly StatsTable[];
  readonly sort: StatsSortKey;
  readonly by?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly gotrace?: boolean;
  readonly group?: readonly string[];
  readonly minCalls: number;
  readonly maxGroups: number;
  readonly maxOpenSpans: number;
  readonly follow?: boolean;
  readonly every: number;
}

/** Builds `trace stats`. */
export function createStatsCommand(
  io: CliIo,
  _setExitCode: (code: number) => void,
): AnyCommand {
  return new Command("stats")
    .argument(
      "[sources...]",
      "trace files of any format, - for standard input, a socket, or jaeger+http://HOST:PORT; without one the running session",
    )
    .option(...WHERE_OPTION)
    .option(
      "--table <name>",
      `only this table, repeatable: ${[...STATS_TABLES, ...TRACE_TABLES].join(", ")}`,
      parseTable,
    )
    .option("--by <attribute>", "group by the value of an attribute, of the span or its resource")
    .option(
      "--sort <key>",
      "total, avg, p50, p95, p99, max, count, errors, self or name",
      parseSortKey,
      "total",
    )
    .option("--limit <n>", "rows of each table", parseCount, DEFAULT_LIMIT)
    .option("--all", "all rows")
    .option("--json", "print one row a line as JSON, all rows unless there is a --limit")
    .option("--gotrace", "go-trace's tables, by go-trace's rules")
    .option(
      "--group <regex>",
      "count endpoints and requests whose whole name or path matches as one, repeatable",
      (pattern: string, before: string[] | undefined) => [...before ?? [], pattern],
    )
    .option("--min-calls <n>", "how many calls of one parent are an N+1", parseCount, 5)
    .option("--max-groups <n>", "groups of each table, others count as (other)", parseCount, 10_000)
    .option(
      "--max-open-spans <n>",
      "spans that may wait for the rest of their trace",
      parseCount,
      50_000,
    )
    .option("--follow", "go on with what a running session does, until Ctrl-C")
    .option("--every <duration>", "how often to print with --follow", parseDuration, 1000)
    .action(async (names, options, command) => {
      const isLimited = command.getOptionValueSource("limit") !== "default";
      const { table: tables = [] } = options;
      const traceTables = tables.filter((name) => TRACE_TABLES.some((each) => each === name));
      if (traceTables.length > 0) {
        const { runTraceTables } = await import("./trace_tables.ts");
        await runTraceTables(io, names, { ...options, tables });
        return;
      }
      await runStats(io, names, {
        ...options,
        table: options.table as StatsTable[] | undefined,
        sort: options.sort as StatsSortKey,
        all: options.all || (options.json && !isLimited),
      });
    }) as unknown as AnyCommand;
}

/**
 * Runs `trace stats`.
 *
 * @throws {CommandError} When the arguments are wrong, or a source cannot be read.
 */
export async function runStats(
  io: CliIo,
  names: readonly string[],
  options: StatsOptions,
): Promise<void> {
  const collector = await createCollector(options);
  const source = await findSource(io, names, "stats");
  if (options.follow && !source.isLive) {
    throw new CommandError(`Cannot follow "${source.title}": only a session goes on`, 2);
  }
  const isFollowing = options.follow === true;
  const printer = new StatsPrinter(io, collector, options);
  await readSource(io, source, collector, { isFollowing, printer, everyMs: options.every });
  collector.finish();
  await printer.print({ isLast: true });
}

async function createCollector(options: StatsOptions): Promise<StatsCollector> {
  // Regular expressions bring a package along, which would slow every start.
  const groupName = options.group &&
    (await import("./group_option.ts")).createGroupNamer(options.group);
  const category = options.table?.find((table) => table !== "service" && table !== "nplusone");
  return new StatsCollector({
    usesGoTraceRules: options.gotrace,
    filter: await readWhere(options.where),
    by: options.by === undefined ? undefined : {
      valueOf: attributeReader(options.by),
      category: category as OperationCategory | undefined,
    },
    groupName,
    minRepeatedCalls: options.minCalls,
    maxGroups: options.maxGroups,
    maxOpenSpans: options.maxOpenSpans,
  });
}

interface ReadOptions {
  readonly isFollowing: boolean;
  readonly printer: StatsPrinter;
  readonly everyMs: number;
}

async function readSource(
  io: CliIo,
  source: SpanSource,
  collector: StatsCollector,
  { isFollowing, printer, everyMs }: ReadOptions,
): Promise<void> {
  const progress = new ProgressLine(io);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  let failure: unknown;
  let spanCount = 0;
  // Only once all that had happened before has been read: what comes from then on is new.
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    for await (const message of source.read(signal)) {
      if (message.type === "spans") {
        const nowMs = performance.now();
        for (const span of message.spans) collector.add(span, nowMs);
        spanCount += message.spans.length;
        if (timer === undefined) {
          progress.update(() => `Reading ${source.title}: ${formatCount(spanCount, "span")}`);
        }
      } else if (message.type === "live") {
        if (!isFollowing) break;
        await progress.clear();
        // A failed write ends the reading, too: nobody is left to print for.
        timer ??= setInterval(() => {
          collector.analyzeQuiet(performance.now() - QUIET_MS);
          printer.print({ isLast: false }).catch((error) => {
            failure = error;
            stop.abort();
          });
        }, everyMs);
      } else {
        await progress.clear();
        const text = message.type === "notice"
          ? message.text
          : `${message.spanCount} spans came too fast to be counted`;
        await io.stderr.write(`trace: ${text}\n`);
      }
    }
  } finally {
    clearInterval(timer);
    await progress.clear();
  }
  if (failure !== undefined) throw failure;
}

/** Prints what a collector has counted: once, or again and again in place of what was there. */
class StatsPrinter {
  readonly #io: CliIo;
  readonly #collector: StatsCollector;
  readonly #options: StatsOptions;
  #printing = Promise.resolve();
  #isBusy = false;

  constructor(io: CliIo, collector: StatsCollector, options: StatsOptions) {
    this.#io = io;
    this.#collector = collector;
    this.#options = options;
  }

  /** Prints; what is not the last is left out while the reader is behind. */
  print({ isLast }: { isLast: boolean }): Promise<void> {
    if (this.#isBusy && !isLast) return this.#printing;
    this.#isBusy = true;
    return this.#printing = this.#printing.then(async () => {
      const { summary } = this.#collector;
      if (isLast) await this.#io.stderr.write(describeNotes(summary, this.#options.maxOpenSpans));
      const text = this.#options.json ? this.#json() : this.#text(summary, isLast);
      await this.#io.stdout.write(text);
      this.#isBusy = false;
    });
  }

  #json(): string {
    const { sort } = this.#options;
    return formatStatsJson(this.#collector, { tables: this.#tables(), sort, limit: this.#limit() });
  }

  #text(summary: StatsSummary, isLast: boolean): string {
    const { stdout } = this.#io;
    const size = stdout.size();
    const tables: ((options: StatsTextOptions) => string)[] = [];
    for (const table of this.#tables()) {
      if (table === "nplusone") {
        const calls = repeatedCallsTable(this.#collector, this.#options.sort);
        if (calls.length > 0) tables.push((options) => repeatedCallsText(calls, options));
      } else {
        const rows = statsTable(this.#collector, table, this.#options.sort);
        if (rows.length > 0) tables.push((options) => tableText(table, rows, options));
      }
    }
    const isScreen = this.#options.follow === true && size !== undefined;
    const options: StatsTextOptions = {
      isColored: wantsColor(this.#io, stdout),
      columns: size?.columns,
      limit: isScreen && !isLast ? this.#screenLimit(size.rows, tables.length) : this.#limit(),
      isGoTrace: this.#options.gotrace === true,
    };
    const text = [summaryText(summary), ...tables.map((table) => table(options))].join("\n");
    if (!isScreen) return text;
    // In place of what was there, and no more than fits; the last print stays as a whole.
    const shown = isLast ? text : text.split("\n").slice(0, size.rows - 1).join("\n") + "\n";
    return CLEAR_SCREEN + shown;
  }

  /** How many rows of each table a screen has room for. */
  #screenLimit(rows: number, tableCount: number): number {
    const room = Math.floor((rows - 3) / Math.max(1, tableCount)) - TABLE_FRAME_ROWS;
    return Math.max(1, Math.min(this.#limit() ?? Infinity, room));
  }

  #tables(): readonly StatsTable[] {
    const { by, table, gotrace } = this.#options;
    if (by !== undefined) return ["by"];
    return table ?? (gotrace ? GOTRACE_TABLES : STATS_TABLES);
  }

  #limit(): number | undefined {
    return this.#options.all ? undefined : this.#options.limit;
  }
}

/** What the user should know about how the figures came about. */
function describeNotes(summary: StatsSummary, maxOpenSpans: number): string {
  const notes: string[] = [];
  if (summary.spanCount === 0) notes.push("No spans were found");
  if (summary.duplicateSpanCount > 0) {
    notes.push(`${formatCount(summary.duplicateSpanCount, "span")} came again and counted once`);
  }
  if (summary.lateSpanCount > 0) {
    notes.push(
      `${formatCount(summary.lateSpanCount, "span")} came more than ${maxOpenSpans} spans after ` +
        "the rest of their trace: self time and N+1 do not see both together; " +
        "see --max-open-spans",
    );
  }
  if (summary.otherRepeatedCallCount > 0) {
    notes.push(`${summary.otherRepeatedCallCount} N+1 of further kinds were left out`);
  }
  return notes.map((note) => `trace: ${note}\n`).join("");
}

const DEFAULT_LIMIT = 20;
/** How long nothing may come for a trace before its self time and N+1 are told. */
const QUIET_MS = 2000;
/** What a table takes besides its rows: a blank line, a title, a header, and what was left out. */
const TABLE_FRAME_ROWS = 4;
const CLEAR_SCREEN = "\x1b[H\x1b[2J";
