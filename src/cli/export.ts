import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { findExportFormat } from "../exporters/export_formats.ts";
import {
  type Exporter,
  type ExportFormat,
  SVG_CHARTS,
  type SvgChart,
} from "../exporters/exporter.ts";
import { PieceBuffer } from "../exporters/piece_buffer.ts";
import type { Redactor } from "../exporters/redactor.ts";
import type { Span } from "../model/span.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { ALL_EXPORT_FORMATS } from "./all_export_formats.ts";
import { CommandError } from "./command_error.ts";
import { describeReasons, formatCount } from "./describe_reasons.ts";
import { exportedSpans } from "./exported_spans.ts";
import { openStoredSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { parseCount } from "./parse_options.ts";
import { ProgressLine } from "./progress_line.ts";
import {
  collectRedactRule,
  createRedactor,
  describeRedacted,
  REDACT_OPTION,
} from "./redact_option.ts";
import { replaceFile } from "./replace_file.ts";
import { describeNoMatch, readWhere, WHERE_OPTION } from "./where_option.ts";

/** Options of `trace export`. */
export interface ExportOptions {
  readonly format?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly trace?: readonly string[];
  readonly where?: string;
  readonly redact?: Parameters<typeof createRedactor>[1];
  readonly maxSpans?: number;
  readonly svgChart?: SvgChart;
  readonly listFormats?: boolean;
  readonly json?: boolean;
}

/** Builds `trace export`. */
export function createExportCommand(
  io: CliIo,
  setExitCode: (code: number) => void,
): AnyCommand {
  return new Command("export")
    .argument(
      "[files...]",
      "trace files of any format; - is standard input, jaeger+http://HOST:PORT a Jaeger query service",
    )
    .option("--format <name>", `one of ${formatNames()}`)
    .option("--out <file>", "write to this file instead of standard output")
    .option("--force", "replace the file if it exists")
    .option("--trace <id>", "only the trace of this id (may be repeated)", collectTraceId)
    .option(...WHERE_OPTION)
    .option(...REDACT_OPTION, collectRedactRule)
    .option(
      "--max-spans <n>",
      `most spans in a document for people (${describeDefaults()})`,
      parseCount,
    )
    .addOption(
      new Option("--svg-chart <chart>", "what svg draws of a trace (default: both)")
        .choices(SVG_CHARTS),
    )
    .option("--list-formats", "print the formats and what they are")
    .option("--json", "print the formats, or with --out a summary, one JSON object a line")
    .action(async (files, options) => {
      setExitCode(await runExport(io, files, options));
    }) as unknown as AnyCommand;
}

/**
 * Runs `trace export`.
 *
 * @returns The exit code.
 * @throws {CommandError} When the arguments are wrong, or a file cannot be read or written.
 */
export async function runExport(
  io: CliIo,
  files: readonly string[],
  options: ExportOptions,
): Promise<number> {
  if (options.listFormats) {
    await io.stdout.write(options.json ? formatsAsJson() : formatsAsText());
    return 0;
  }
  if (options.json && options.out === undefined) {
    throw new CommandError("With --json, add --out FILE: standard output is for the export", 2);
  }
  const format = chooseFormat(options.format);
  const { out, maxSpans, svgChart } = options;
  if (files.length === 0) {
    throw new CommandError(
      `No file to export; name one: trace export run.jsonl --format ${format.name}`,
      2,
    );
  }
  if (maxSpans !== undefined && format.defaultMaxSpans === undefined) {
    throw new CommandError(
      `--max-spans is for formats for people; "${format.name}" holds all spans: leave it away`,
      2,
    );
  }
  if (options.svgChart !== undefined && format.name !== "svg") {
    throw new CommandError(
      `--svg-chart is for --format svg; "${format.name}" has no charts: leave it away`,
      2,
    );
  }
  if (out === undefined && format.isBinary && io.stdout.isTerminal) {
    throw new CommandError(
      `"${format.name}" is no text for a terminal; add --out trace.${format.extension}`,
      2,
    );
  }
  const job: ExportJob = {
    exporter: await format.create({ maxSpans, svgChart }),
    traceIds: options.trace,
    where: await readWhere(options.where),
    redactor: createRedactor(io, options.redact),
  };
  if (out === undefined) {
    const spanCount = await exportFiles(io, files, job, (bytes) => io.stdout.write(bytes));
    if (spanCount === undefined) return await stopped(io, "the output is not complete");
    await io.stderr.write(describeJob(job, format));
    return 0;
  }
  await using file = await replaceFile(out, { force: options.force });
  const spanCount = await exportFiles(io, files, job, file.write);
  if (spanCount === undefined) return await stopped(io, `"${out}" was not written`);
  await file.commit();
  if (options.json) {
    const { dropped, changed } = job.exporter;
    const summary = {
      event: "summary",
      out,
      format: format.name,
      spans: spanCount,
      dropped,
      changed,
    };
    await io.stdout.write(JSON.stringify(summary) + "\n");
    return 0;
  }
  await io.stderr.write(
    `Wrote ${formatCount(spanCount, "span")} to ${out}\n${describeJob(job, format)}`,
  );
  return 0;
}

/** What is done with the spans. */
interface ExportJob {
  readonly exporter: Exporter;
  readonly traceIds: readonly string[] | undefined;
  readonly where: SpanQuery | undefined;
  readonly redactor: Redactor | undefined;
}

function formatsAsText(): string {
  const width = Math.max(...ALL_EXPORT_FORMATS.map(({ name }) => name.length));
  return ALL_EXPORT_FORMATS.map(({ name, description }) =>
    `${name.padEnd(width)}  ${description}\n`
  )
    .join("");
}

function formatsAsJson(): string {
  return ALL_EXPORT_FORMATS.map((
    { name, description, extension, isBinary = false, defaultMaxSpans },
  ) =>
    JSON.stringify({
      name,
      description,
      extension,
      binary: isBinary,
      max_spans: defaultMaxSpans,
    }) + "\n"
  ).join("");
}

function chooseFormat(name: string | undefined): ExportFormat {
  if (name === undefined) {
    throw new CommandError(`No format given; add --format with one of ${formatNames()}`, 2);
  }
  const format = findExportFormat(name, ALL_EXPORT_FORMATS);
  if (format === undefined) {
    throw new CommandError(`Unknown format "${name}"; use one of ${formatNames()}`, 2);
  }
  return format;
}

function formatNames(): string {
  return ALL_EXPORT_FORMATS.map(({ name }) => name).join(", ");
}

function describeDefaults(): string {
  return ALL_EXPORT_FORMATS.filter(({ defaultMaxSpans }) => defaultMaxSpans !== undefined)
    .map(({ name, defaultMaxSpans }) => `${name}: ${defaultMaxSpans}`).join(", ");
}

/** Adds the id of one `--trace` to those of the ones before it. */
function collectTraceId(id: string, before: readonly string[] = []): string[] {
  if (id === "") throw new InvalidArgumentError("Expected the id of a trace.");
  return [...before, id];
}

/** Returns the number of spans; `undefined` when the user stopped it. */
async function exportFiles(
  io: CliIo,
  files: readonly string[],
  job: ExportJob,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<number | undefined> {
  const { exporter, redactor, where } = job;
  const sources = files.map((file) => openStoredSource(io, file));
  const spans = exportedSpans(sources, io.signal, {
    isChosen: job.traceIds && matchTraceIds(job.traceIds),
    where,
  });
  const progress = new ProgressLine(io);
  const buffer = new PieceBuffer();
  let spanCount = 0;
  buffer.add(exporter.begin());
  try {
    for await (const message of spans) {
      if (message.type === "notice") {
        await progress.clear();
        await io.stderr.write(`trace: ${message.text}\n`);
      }
      if (message.type !== "spans") continue;
      for (const span of message.spans) {
        buffer.add(exporter.span(redactor === undefined ? span : redactor.redact(span)));
        if (buffer.isFull) await write(buffer.take());
      }
      spanCount += message.spans.length;
      progress.update(() => `Exporting: ${formatCount(spanCount, "span")}`);
    }
    if (io.signal.aborted) return undefined;
    if (spanCount === 0) checkChoice(files, job);
    buffer.add(exporter.end());
    await write(buffer.take());
  } finally {
    await progress.clear();
  }
  return spanCount;
}

/** An empty file is not what somebody wants who chose traces. */
function checkChoice(files: readonly string[], { traceIds, where }: ExportJob): void {
  if (traceIds !== undefined) {
    const ids = traceIds.map((id) => `"${id}"`).join(" or ");
    throw new CommandError(
      `No span of trace ${ids} in ${files.join(", ")}; trace view --json FILE lists the traces`,
    );
  }
  if (where !== undefined) throw new CommandError(describeNoMatch(where));
}

/** Other programs show ids in upper case, and go-trace's with zeros in front. */
function matchTraceIds(ids: readonly string[]): (span: Span) => boolean {
  const wanted = new Set(ids.map(comparableId));
  return ({ traceId }) => wanted.has(comparableId(traceId));
}

function comparableId(id: string): string {
  return /^[0-9A-Fa-f]{1,32}$/.test(id) ? id.toLowerCase().padStart(32, "0") : id;
}

async function stopped(io: CliIo, consequence: string): Promise<number> {
  await io.stderr.write(`trace: Stopped; ${consequence}\n`);
  return 1;
}

/** What became of the spans, for people. */
function describeJob({ exporter, redactor }: ExportJob, format: ExportFormat): string {
  const { max_spans: leftOut, max_size: tooLarge, ...dropped } = exporter.dropped;
  const hint = leftOut === undefined
    ? ""
    : `Left out: ${
      formatCount(leftOut, "span")
    } beyond --max-spans; raise it, or choose traces with --trace ID or --where QUERY\n`;
  const sizeHint = tooLarge === undefined
    ? ""
    : `Left out: ${formatCount(tooLarge, "span")} beyond the size that a file of ${format.name} ` +
      `may have; choose traces with --trace ID or --where QUERY\n`;
  return hint + sizeHint +
    describeReasons(`Left out, for ${format.name} has no place for it`, dropped) +
    describeReasons("Written in another form (see docs/formats.md)", exporter.changed) +
    describeRedacted(redactor);
}
