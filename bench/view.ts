import { join } from "node:path";
import { buildPeer } from "../scripts/build_peer.ts";
import { startTraceCollect, traceCommand } from "../scripts/start_collector.ts";
import { freePorts } from "../scripts/start_peer.ts";
import { PseudoTerminal } from "./pseudo_terminal.ts";
import { readPeakBytes } from "./read_peak_bytes.ts";
import { megabytes, printTable, ratio } from "./table.ts";
import { type RecordingShape, writeRecording } from "./view_recording.ts";

/** Options of {@linkcode benchView}. */
export interface ViewBenchOptions {
  /** Of each recording. */
  readonly spanCount: number;
  /** Keys that are typed for each figure. */
  readonly keyCount: number;
  /** What a live session is sent. */
  readonly spansPerSecond: number;
}

/** `trace view` in a real terminal: recordings, and a session at a steady rate beside otel-tui. */
export async function benchView(folder: string, options: ViewBenchOptions): Promise<void> {
  if (!await canOpenTerminals()) {
    console.log("\nViews are not measured: the command script (util-linux) is missing");
    return;
  }
  const rows: string[][] = [];
  for (const shape of ["otlp", "gotrace"] as const) {
    rows.push(await measureRecording(folder, shape, options));
  }
  printTable(
    `trace view of a recording of ${options.spanCount / 1e6} M spans`,
    ["shape", "first screen", "whole index", "key, meanwhile", "key, then", "worst", "memory"],
    rows,
  );
  await benchLive(folder, options);
}

async function canOpenTerminals(): Promise<boolean> {
  try {
    return (await new Deno.Command("script", { args: ["--version"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function measureRecording(
  folder: string,
  shape: RecordingShape,
  { spanCount, keyCount }: ViewBenchOptions,
): Promise<string[]> {
  const path = join(folder, `${shape}.jsonl`);
  await writeRecording(path, shape, spanCount);
  const { command, args } = traceCommand();
  const view = [command, ...args, "view", path];
  // Once before, so that neither the file nor the modules come from the disk.
  {
    await using warm = PseudoTerminal.open(view);
    await warm.until(IN_LIST);
  }
  const began = performance.now();
  await using terminal = PseudoTerminal.open(view);
  const firstMs = await terminal.until(IN_LIST) - began;
  const meanwhile: number[] = [];
  let endMs: number | undefined;
  const end = terminal.watch("end of file").then((ms) => endMs = ms);
  while (endMs === undefined) {
    meanwhile.push(await terminal.press("?", IN_HELP), await terminal.press("x", IN_LIST));
  }
  await end;
  await terminal.settle(QUIET_MS);
  const then: number[] = [];
  for (let key = 0; key < keyCount; key++) {
    then.push(await terminal.press(LIST_KEYS[key % LIST_KEYS.length]));
    await terminal.settle(QUIET_MS);
  }
  const peakBytes = await readPeakBytes(await terminal.pid() as number);
  await Deno.remove(path);
  return [
    shape,
    milliseconds(firstMs),
    milliseconds(endMs - began),
    p95(meanwhile),
    p95(then),
    milliseconds(Math.max(...meanwhile, ...then)),
    peakBytes === undefined ? "–" : megabytes(peakBytes),
  ];
}

/** What only the list of traces, or only the help, shows. */
const IN_LIST = "GET /things";
const IN_HELP = "goes back";
const LIST_KEYS = ["j", "j", "j", "k", "G", "k", "g", "\x1b[6~", "\x1b[5~", " "];
const QUIET_MS = 30;

async function benchLive(
  folder: string,
  { spanCount, keyCount, spansPerSecond }: ViewBenchOptions,
): Promise<void> {
  const path = join(folder, "live.jsonl");
  await writeRecording(path, "otlp", spanCount);
  const ours = await measureTrace(folder, path, { keyCount, spansPerSecond });
  const rows = [["trace view", p95(ours.keys), megabytes(ours.peakBytes), "", ""]];
  const peer = await buildPeer("otel-tui");
  if (peer.ok) {
    const theirs = await measureOtelTui(peer.path, path, { keyCount, spansPerSecond });
    rows.push(["otel-tui", p95(theirs.keys), megabytes(theirs.peakBytes), "", ""]);
    rows[0].splice(
      3,
      2,
      ratio(percentile(theirs.keys, 0.95), percentile(ours.keys, 0.95)),
      ratio(theirs.peakBytes, ours.peakBytes),
    );
  } else {
    console.log(`\notel-tui is not compared with: ${peer.reason}`);
  }
  await Deno.remove(path);
  printTable(
    `A session at ${spansPerSecond} spans/s`,
    ["view", "key to frame", "memory", "otel-tui's key", "otel-tui's memory"],
    rows,
  );
}

interface LiveFigures {
  readonly keys: readonly number[];
  readonly peakBytes: number;
}

type LiveOptions = Pick<ViewBenchOptions, "keyCount" | "spansPerSecond">;

async function measureTrace(
  folder: string,
  path: string,
  options: LiveOptions,
): Promise<LiveFigures> {
  await using collector = await startTraceCollect(folder, ["--otlp-http", "127.0.0.1:0"]);
  const { command, args } = traceCommand();
  await using terminal = PseudoTerminal.open(
    [command, ...args, "view", String(collector.ready.socket)],
    { XDG_RUNTIME_DIR: folder, TMPDIR: folder },
  );
  await terminal.until("live");
  await using _sender = send(path, String(collector.ready.otlp_http), options);
  await terminal.until(IN_LIST);
  return await pressWhileLive(terminal, options, { open: "?", inOpen: IN_HELP, close: "x" });
}

async function measureOtelTui(
  program: string,
  path: string,
  options: LiveOptions,
): Promise<LiveFigures> {
  const [http, grpc] = freePorts(2);
  await using terminal = PseudoTerminal.open([
    program,
    "--http",
    String(http),
    "--grpc",
    String(grpc),
  ]);
  await terminal.until("Traces");
  await using _sender = send(path, `127.0.0.1:${http}`, options);
  await terminal.until(IN_LIST);
  // The tabs of its pages are the only thing that every one of them draws anew.
  return await pressWhileLive(terminal, options, { open: "\t", inOpen: "Metrics", close: "\t" });
}

/** Types while spans come, after a while in which the view has filled. */
async function pressWhileLive(
  terminal: PseudoTerminal,
  { keyCount }: LiveOptions,
  { open, inOpen, close }: { open: string; inOpen: string; close: string },
): Promise<LiveFigures> {
  await new Promise((resolve) => setTimeout(resolve, FILL_MS));
  const keys: number[] = [];
  while (keys.length < keyCount) {
    keys.push(await terminal.press(open, inOpen));
    await pause();
    keys.push(await terminal.press(close, IN_LIST));
    await pause();
  }
  return { keys, peakBytes: await readPeakBytes(await terminal.pid() as number) ?? NaN };
}

const FILL_MS = 5_000;

/** As long as between two keys of somebody who types fast, and never in step with frames. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 40 + 40 * Math.random()));
}

/** Sends the spans of a recording over and over, as `trace replay` does. */
function send(path: string, address: string, { spansPerSecond }: LiveOptions): AsyncDisposable {
  const { command, args } = traceCommand();
  const speed = String(spansPerSecond / RECORDED_SPANS_PER_SECOND);
  const replay = ["replay", path, "--to", `otlp+http://${address}`, "--speed", speed];
  const child = new Deno.Command(command, {
    args: [...args, ...replay, "--shift-now", "--new-ids", "--loop", "1000"],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** A generated trace of ten spans begins every millisecond. */
const RECORDED_SPANS_PER_SECOND = 10_000;

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

function p95(values: readonly number[]): string {
  return values.length === 0 ? "–" : `${percentile(values, 0.95).toFixed(1)} ms`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
