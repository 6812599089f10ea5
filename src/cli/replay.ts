import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { formatDuration } from "../model/duration.ts";
import { parseTimestamp } from "../model/time.ts";
import { type ReplayMoment, type ReplayPlan, ReplayPlanner } from "../replay/replay_plan.ts";
import { type ReplayResult, runReplay } from "../replay/run_replay.ts";
import { describeReasons, formatCount } from "./describe_reasons.ts";
import { fileSource } from "./file_source.ts";
import { openStoredSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { parseCount, parseDuration } from "./parse_options.ts";
import { ProgressLine } from "./progress_line.ts";
import { connectReplayTarget, findReplayTarget } from "./replay_target.ts";

/** Options of `trace replay`. */
export interface ReplayOptions {
  readonly to?: string;
  readonly speed?: number | "max";
  readonly shiftNow?: boolean;
  readonly newIds?: boolean;
  readonly loop?: number;
  readonly from?: ReplayMoment;
  readonly until?: ReplayMoment;
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
      new Option("--to <url>", "unix:///PATH of a socket that takes go-trace events")
        .default(undefined, "$TRACE_SOCKET, else the running session"),
    )
    .addOption(
      new Option("--speed <n>", "times as fast as recorded, or max")
        .argParser(parseSpeed).default(1 as number | "max"),
    )
    .option("--shift-now", "move all times so that the first event happens now")
    .option("--new-ids", "give spans new ids, to stand beside the recorded ones")
    .option("--loop <n>", "replay it this many times", parseCount, 1)
    .option(
      "--from <time>",
      "only spans that start at this time (RFC 3339, or 10s) or later",
      parseMoment,
    )
    .option("--until <time>", "only spans that start before this time", parseMoment)
    .option("--json", "print a summary as one JSON object")
    .action(async (file, options) => {
      setExitCode(await runReplayCommand(io, file, options));
    }) as unknown as AnyCommand;
}

/**
 * Runs `trace replay`.
 *
 * @returns The exit code.
 * @throws {CommandError} When the file cannot be read or the target cannot be reached.
 */
export async function runReplayCommand(
  io: CliIo,
  file: string,
  options: ReplayOptions,
): Promise<number> {
  const { loop = 1, speed = 1 } = options;
  const target = await findReplayTarget(io, options.to);
  // Before the file is read, which can take a while: a target that is not there is told at once.
  (await connectReplayTarget(target)).close();
  const bytes = file === "-" ? await readAll(io) : undefined;
  let plan: ReplayPlan | undefined;
  let total: ReplayResult | undefined;
  for (let pass = 0; pass < loop && (total === undefined || total.outcome === "done"); pass++) {
    // New ids are new for each pass, so that the passes do not run into each other.
    if (plan === undefined || options.newIds) {
      plan = await loadPlan(io, { file, bytes, isFirst: pass === 0 }, options);
      if (plan === undefined) {
        await io.stderr.write("trace: Stopped before anything was sent\n");
        return 1;
      }
    }
    total = addResults(total, await sendPlan(io, plan, target, options));
  }
  if (plan === undefined || total === undefined) return 0;
  const eventCount = plan.eventCount * loop;
  if (options.json) await io.stdout.write(formatResultJson(total, eventCount, plan));
  else await io.stderr.write(describeResult(total, eventCount, speed) + describePlan(plan));
  return total.outcome === "done" && total.lostEventCount === 0 ? 0 : 1;
}

/** What is read, and whether its flaws are still to be told. */
interface ReplaySource {
  readonly file: string;
  /** Standard input, which can be read only once. */
  readonly bytes: Uint8Array | undefined;
  readonly isFirst: boolean;
}

/** Reads the file; returns `undefined` when the user stopped it. */
async function loadPlan(
  io: CliIo,
  { file, bytes, isFirst }: ReplaySource,
  options: ReplayOptions,
): Promise<ReplayPlan | undefined> {
  const planner = new ReplayPlanner({
    from: options.from,
    until: options.until,
    newIdSalt: options.newIds ? crypto.randomUUID() : undefined,
  });
  const source = bytes === undefined
    ? openStoredSource(io, file)
    : fileSource({ name: "standard input", bytes: new Blob([bytes as BlobPart]).stream() });
  const progress = new ProgressLine(io);
  let spanCount = 0;
  for await (const message of source.read(io.signal)) {
    if (message.type === "notice" && isFirst) {
      await progress.clear();
      await io.stderr.write(`trace: ${message.text}\n`);
    }
    if (message.type !== "spans") continue;
    for (const span of message.spans) planner.add(span);
    spanCount += message.spans.length;
    progress.update(() => `Reading ${file}: ${formatCount(spanCount, "span")}`);
  }
  await progress.clear();
  return io.signal.aborted ? undefined : planner.finish();
}

async function readAll(io: CliIo): Promise<Uint8Array> {
  const parts: BlobPart[] = [];
  for await (const bytes of io.stdin.bytes()) parts.push(bytes.slice());
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function sendPlan(
  io: CliIo,
  plan: ReplayPlan,
  target: string,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const progress = new ProgressLine(io);
  const total = plan.eventCount;
  try {
    return await runReplay(plan, {
      connect: () => connectReplayTarget(target),
      speed: options.speed,
      shiftNano: options.shiftNow ? BigInt(Date.now()) * 1_000_000n - plan.firstUnixNano : 0n,
      signal: io.signal,
      onProgress: ({ sentEventCount }) =>
        progress.update(() =>
          `Sent ${formatCount(sentEventCount, "event")} of ${total.toLocaleString("en-US")}`
        ),
    });
  } finally {
    await progress.clear();
  }
}

function addResults(a: ReplayResult | undefined, b: ReplayResult): ReplayResult {
  if (a === undefined) return b;
  return {
    ...b,
    sentSpanCount: a.sentSpanCount + b.sentSpanCount,
    sentEventCount: a.sentEventCount + b.sentEventCount,
    lostEventCount: a.lostEventCount + b.lostEventCount,
    elapsedMs: a.elapsedMs + b.elapsedMs,
    reconnectCount: a.reconnectCount + b.reconnectCount,
    // The worst pass: percentiles cannot be added.
    lagP95Ms: a.lagP95Ms === undefined ? b.lagP95Ms : Math.max(a.lagP95Ms, b.lagP95Ms ?? 0),
  };
}

function formatResultJson(
  result: ReplayResult,
  eventCount: number,
  { skipped, dropped, changed }: ReplayPlan,
): string {
  const { outcome, sentSpanCount, sentEventCount, lostEventCount, reconnectCount } = result;
  return JSON.stringify({
    event: "summary",
    outcome,
    error: result.error?.message,
    spans: sentSpanCount,
    events: sentEventCount,
    lost_events: lostEventCount,
    left_events: eventCount - sentEventCount - lostEventCount,
    reconnects: reconnectCount,
    elapsed_ms: Math.round(result.elapsedMs),
    lag_p95_ms: result.lagP95Ms,
    skipped,
    dropped,
    changed,
  }) + "\n";
}

function describeResult(
  result: ReplayResult,
  eventCount: number,
  speed: number | "max",
): string {
  const { sentSpanCount, sentEventCount, lostEventCount, elapsedMs, lagP95Ms } = result;
  const missing = eventCount - sentEventCount - lostEventCount;
  const lines = [
    `sent ${formatCount(sentSpanCount, "span")} (${formatCount(sentEventCount, "event")})` +
    ` in ${formatMs(elapsedMs)}, ` +
    (speed === "max"
      ? `${formatCount(Math.round(sentSpanCount / Math.max(elapsedMs, 0.001) * 1000), "span")}/s`
      : `lag p95 ${formatMs(lagP95Ms ?? 0)}`),
  ];
  if (lostEventCount > 0) {
    lines.push(
      `${formatCount(lostEventCount, "event")} may not have arrived: ` +
        (result.outcome === "stopped"
          ? "the target did not read them before the stop"
          : `the connection broke, and was made again ${
            formatCount(result.reconnectCount, "time")
          }`),
    );
  }
  if (result.outcome === "failed") {
    lines.push(
      `trace: Gave up with ${formatCount(missing, "event")} left: ${result.error?.message}`,
    );
  } else if (result.outcome === "stopped") {
    lines.push(`trace: Stopped with ${formatCount(missing, "event")} left`);
  }
  return lines.join("\n") + "\n";
}

function describePlan({ skipped, dropped, changed }: ReplayPlan): string {
  return describeReasons("Not sent, for no event can hold them", skipped) +
    describeReasons("Left out, for go-trace's events have no place for it", dropped) +
    describeReasons("Sent in another form (see docs/formats.md)", changed);
}

function formatMs(ms: number): string {
  return formatDuration(BigInt(Math.round(ms * 1e6)));
}

function parseSpeed(text: string): number | "max" {
  if (text === "max") return text;
  const speed = /^\d*\.?\d+x?$/.test(text) ? parseFloat(text) : 0;
  if (speed > 0) return speed;
  throw new InvalidArgumentError("Expected a number over 0, such as 1, 10 or 0.5, or max.");
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
