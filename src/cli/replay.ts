import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTimestamp } from "../model/time.ts";
import type { ReplayMoment } from "../replay/replay_options.ts";
import { replaySpans } from "../replay/replay_spans.ts";
import { CommandError } from "./command_error.ts";
import { fileSource } from "./file_source.ts";
import { openStoredSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { formatCount } from "./describe_reasons.ts";
import { findMatchingTraces } from "./matching_traces.ts";
import { readOtlpHeaders } from "./otlp_headers.ts";
import { parseCount, parseDuration, parseSize } from "./parse_options.ts";
import { ProgressLine } from "./progress_line.ts";
import { describeProgress, describeReplay, replaySummaryJson } from "./replay_report.ts";
import { findReplayTarget } from "./replay_target.ts";
import type { SpanSource } from "./span_source.ts";
import { describeNoMatch, readWhere, WHERE_OPTION } from "./where_option.ts";

/** Options of `trace replay`. */
export interface ReplayCommandOptions {
  readonly to?: string;
  readonly speed?: number | "max";
  readonly from?: ReplayMoment;
  readonly until?: ReplayMoment;
  readonly shiftNow?: boolean;
  readonly newIds?: boolean;
  readonly loop?: number;
  readonly copies?: number;
  readonly maxRate?: number;
  readonly concurrency?: number;
  readonly window?: number;
  readonly maxTraces?: number;
  readonly timeout?: number;
  readonly where?: string;
  readonly json?: boolean;
}

/** Builds `trace replay`. */
export function createReplayCommand(
  io: CliIo,
  setExitCode: (code: number) => void,
): AnyCommand {
  return new Command("replay")
    .argument(
      "<file>",
      "a trace file of any format; - is standard input, jaeger+http://HOST:PORT a Jaeger query service",
    )
    .addOption(
      new Option(
        "--to <url>",
        "the receiver: unix:///PATH (go-trace events), http://HOST:4318 (OTLP), otlp+json+http://," +
          " otlp+grpc://, zipkin+http://, ssf+udp://, ssf+unix:/// or ssf+tcp://",
      ).default(undefined, "$TRACE_SOCKET, else the running session"),
    )
    .addOption(
      new Option("--speed <n>", "times as fast as recorded, or max")
        .argParser(parseSpeed).default(1 as number | "max"),
    )
    .optionsGroup("What is sent:")
    .option(
      "--from <time>",
      "only spans that start at this time (RFC 3339, or 10s) or later",
      parseMoment,
    )
    .option("--until <time>", "only spans that start before this time", parseMoment)
    .option(...WHERE_OPTION)
    .option("--shift-now", "move all times so that the first event happens now")
    .option("--new-ids", "give spans new ids, to stand beside the recorded ones")
    .optionsGroup("Load:")
    .option("--loop <n>", "replay it this many times, or forever", parseLoop, 1)
    .option(
      "--copies <n>",
      "send each span this often, all but the first with new ids",
      parseCount,
      1,
    )
    .option("--max-rate <n>", "most spans in a second", parseRate)
    .option("--concurrency <n>", "connections at once", parseCount, 1)
    .optionsGroup("Limits:")
    .addOption(
      new Option(
        "--window <size>",
        "span lines to hold back so that starts are sent in the order of time",
      ).argParser(parseSize).default(32 * 1024 * 1024, "32MiB"),
    )
    .addOption(
      new Option(
        "--timeout <duration>",
        "give up a receiver that is not there, does not read or does not answer",
      ).argParser(parseDuration).default(10_000, "10s"),
    )
    .option("--max-traces <n>", "most traces that --where chooses", parseCount, MAX_TRACES)
    .optionsGroup("Output:")
    .option("--json", "print the counts as one JSON object")
    .action(async (file, options) => {
      setExitCode(await runReplayCommand(io, file, options));
    }) as unknown as AnyCommand;
}

/**
 * Runs `trace replay`.
 *
 * @returns The exit code: 0 when everything that was chosen has been taken.
 * @throws {CommandError} When the file cannot be read, or there is no target.
 */
export async function runReplayCommand(
  io: CliIo,
  file: string,
  options: ReplayCommandOptions,
): Promise<number> {
  const { url, target } = await findReplayTarget(io, options.to);
  const query = await readWhere(options.where);
  await using input = await openInput(io, file, options);
  const progress = new ProgressLine(io);
  const notices: Promise<void>[] = [];
  const { maxTraces = MAX_TRACES } = options;
  const matching = query && await findMatchingTraces(input.source, query, maxTraces, io.signal);
  if (matching?.count === 0 && !io.signal.aborted) {
    await io.stderr.write(`trace: ${describeNoMatch(query!)}\n`);
  }
  if (matching?.isCut) {
    await io.stderr.write(
      `trace: --where finds more than ${
        formatCount(maxTraces, "trace")
      }: only the first are sent; ` +
        "raise --max-traces\n",
    );
  }
  const summary = await replaySpans((signal) => input.source.read(signal), {
    to: target,
    headers: readOtlpHeaders(io),
    name: url,
    speed: options.speed,
    from: options.from,
    until: options.until,
    select: matching?.has,
    shiftNow: options.shiftNow,
    newIds: options.newIds,
    loop: options.loop,
    copies: options.copies,
    maxRate: options.maxRate,
    concurrency: options.concurrency,
    windowBytes: options.window,
    readsAhead: input.isReadAgain,
    timeoutMs: options.timeout,
    signal: io.signal,
    onProgress: (state) => progress.update(() => describeProgress(state)),
    onNotice: (text) =>
      void notices.push(progress.clear().then(() => io.stderr.write(`trace: ${text}\n`))),
  });
  await progress.clear();
  await Promise.all(notices);
  if (options.json) await io.stdout.write(replaySummaryJson(summary, url));
  else await io.stderr.write(describeReplay(summary));
  if (summary.error !== undefined) {
    const hint = summary.error.startsWith("Cannot reach")
      ? "; start a collector with: trace collect, or name another receiver with --to"
      : "";
    await io.stderr.write(`trace: ${summary.error}${hint}\n`);
  }
  const isWhole = summary.outcome === "done" && !matching?.isCut &&
    Object.keys(summary.rejected).length === 0 && Object.keys(summary.notSent).length === 0;
  return isWhole ? 0 : 1;
}

/** About 100 bytes each are remembered. */
const MAX_TRACES = 1_000_000;

interface ReplayInputSource extends AsyncDisposable {
  readonly source: SpanSource;
  /** Whether it can be read several times, and is a file: what a server answers may differ. */
  readonly isReadAgain: boolean;
}

/** The file; standard input is written to one if it has to be read several times. */
async function openInput(
  io: CliIo,
  file: string,
  options: ReplayCommandOptions,
): Promise<ReplayInputSource> {
  const isReadOnce = (options.loop ?? 1) === 1 && options.where === undefined &&
    [options.from, options.until].every((moment) => moment === undefined || "unixNano" in moment);
  if (file !== "-" || isReadOnce) {
    const source = openStoredSource(io, file);
    return {
      source,
      isReadAgain: source.countSpans !== undefined,
      async [Symbol.asyncDispose](): Promise<void> {},
    };
  }
  const folder = await mkdtemp(join(tmpdir(), "trace-replay-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "input");
    await writeInput(io, path);
    return {
      source: fileSource({ name: "standard input", path }),
      isReadAgain: true,
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeInput(io: CliIo, path: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    for await (const bytes of io.stdin.bytes()) {
      if (io.signal.aborted) return;
      await handle.writeFile(bytes);
    }
  } catch (error) {
    throw new CommandError(
      `Cannot keep standard input in "${path}": ${(error as Error).message}`,
    );
  } finally {
    await handle.close();
  }
}

function parseSpeed(text: string): number | "max" {
  if (text === "max") return text;
  const speed = /^\d*\.?\d+x?$/.test(text) ? parseFloat(text) : 0;
  if (speed > 0) return speed;
  throw new InvalidArgumentError("Expected a number over 0, such as 1, 10 or 0.5, or max.");
}

function parseLoop(text: string): number {
  return text === "forever" ? Infinity : parseCount(text);
}

function parseRate(text: string): number {
  const rate = /^\d*\.?\d+$/.test(text) ? parseFloat(text) : 0;
  if (rate > 0) return rate;
  throw new InvalidArgumentError("Expected a number of spans a second, such as 500.");
}

function parseMoment(text: string): ReplayMoment {
  const time = parseTimestamp(text);
  if (time !== undefined) return { unixNano: time.unixNano };
  try {
    return { sinceFirstNano: BigInt(Math.round(parseDuration(text) * 1e6)) };
  } catch {
    throw new InvalidArgumentError(
      "Expected a time such as 2026-03-11T19:00:00Z, or a duration since the first span such as 10s.",
    );
  }
}
