import { Command } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { EXPORT_FORMATS, findExportFormat } from "../exporters/export_formats.ts";
import type { Exporter, ExportFormat } from "../exporters/exporter.ts";
import { CommandError } from "./command_error.ts";
import { describeReasons, formatCount } from "./describe_reasons.ts";
import { openStoredSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { ProgressLine } from "./progress_line.ts";
import { replaceFile } from "./replace_file.ts";

/** Options of `trace export`. */
export interface ExportOptions {
  readonly format?: string;
  readonly out?: string;
  readonly force?: boolean;
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
    await io.stdout.write(listFormats(options.json));
    return 0;
  }
  if (options.json && options.out === undefined) {
    throw new CommandError("With --json, add --out FILE: standard output is for the export", 2);
  }
  const format = chooseFormat(options.format);
  if (files.length === 0) {
    throw new CommandError(
      `No file to export; name one: trace export run.jsonl --format ${format.name}`,
      2,
    );
  }
  const exporter = await format.create();
  const { out } = options;
  if (out === undefined) {
    const spanCount = await exportFiles(io, files, exporter, (text) => io.stdout.write(text));
    if (spanCount === undefined) return await stopped(io, "the output is not complete");
    await io.stderr.write(describeLosses(exporter, format));
    return 0;
  }
  await using file = await replaceFile(out, { force: options.force });
  const spanCount = await exportFiles(io, files, exporter, file.write);
  if (spanCount === undefined) return await stopped(io, `"${out}" was not written`);
  await file.commit();
  if (options.json) {
    const { dropped, changed } = exporter;
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
    `Wrote ${formatCount(spanCount, "span")} to ${out}\n${describeLosses(exporter, format)}`,
  );
  return 0;
}

function listFormats(isJson = false): string {
  const width = Math.max(...EXPORT_FORMATS.map(({ name }) => name.length));
  const lines = EXPORT_FORMATS.map(({ name, description }) =>
    isJson ? JSON.stringify({ name, description }) : `${name.padEnd(width)}  ${description}`
  );
  return lines.join("\n") + "\n";
}

function chooseFormat(name: string | undefined): ExportFormat {
  if (name === undefined) {
    throw new CommandError(`No format given; add --format with one of ${formatNames()}`, 2);
  }
  const format = findExportFormat(name);
  if (format === undefined) {
    throw new CommandError(`Unknown format "${name}"; use one of ${formatNames()}`, 2);
  }
  return format;
}

function formatNames(): string {
  return EXPORT_FORMATS.map(({ name }) => name).join(", ");
}

/** Returns the number of spans; `undefined` when the user stopped it. */
async function exportFiles(
  io: CliIo,
  files: readonly string[],
  exporter: Exporter,
  write: (text: string) => Promise<void>,
): Promise<number | undefined> {
  const progress = new ProgressLine(io);
  let spanCount = 0;
  let text = exporter.begin();
  try {
    for (const file of files) {
      for await (const message of openStoredSource(io, file).read(io.signal)) {
        if (message.type === "notice") {
          await progress.clear();
          await io.stderr.write(`trace: ${message.text}\n`);
        }
        if (message.type !== "spans") continue;
        for (const span of message.spans) {
          text += exporter.span(span);
          if (text.length < WRITE_CHARACTERS) continue;
          await write(text);
          text = "";
        }
        spanCount += message.spans.length;
        progress.update(() => `Exporting ${file}: ${formatCount(spanCount, "span")}`);
      }
      if (io.signal.aborted) return undefined;
    }
    await write(text + exporter.end());
  } finally {
    await progress.clear();
  }
  return spanCount;
}

async function stopped(io: CliIo, consequence: string): Promise<number> {
  await io.stderr.write(`trace: Stopped; ${consequence}\n`);
  return 1;
}

function describeLosses(exporter: Exporter, format: ExportFormat): string {
  return describeReasons(`Left out, for ${format.name} has no place for it`, exporter.dropped) +
    describeReasons("Written in another form (see docs/formats.md)", exporter.changed);
}

const WRITE_CHARACTERS = 64 * 1024;
