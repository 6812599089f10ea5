import { join } from "node:path";
import { startTraceCollect, traceCommand } from "../scripts/start_collector.ts";
import type { Span } from "../src/model/span.ts";
import { parseTimestamp } from "../src/model/time.ts";
import { RecordingWriter } from "../src/recording/recording_writer.ts";
import { encodeSpanLine } from "../src/wire/span_line/encode_span_line.ts";
import { measureRun } from "./measure_run.ts";
import type { Programs } from "./peers.ts";
import { median, megabytes, printTable, ratio, thousands } from "./table.ts";
import { waitForRecordedSpans } from "./wait_for_recorded_spans.ts";

/** Options of {@linkcode benchReplay}. */
export interface ReplayBenchOptions {
  /** Spans of the recording that is replayed as fast as it goes. */
  spanCount: number;
  runCount: number;
  /** How long a replay at the recorded pace takes, in seconds. */
  paceSeconds: number;
}

/**
 * How fast `trace replay --speed max` sends to our own collector, beside what that takes from a sender that
 * does nothing else; and how far from its time each event arrives at the recorded pace.
 */
export async function benchReplay(
  folder: string,
  programs: Programs | undefined,
  options: ReplayBenchOptions,
): Promise<void> {
  const { spanCount, runCount, paceSeconds } = options;
  const fast = join(folder, "fast.jsonl");
  await writeRecording(fast, spanCount, 20_000);
  // Encoding whole spans takes ten times as long.
  const fewer = join(folder, "fewer.jsonl");
  const fewerCount = spanCount / 10;
  await writeRecording(fewer, fewerCount, 20_000);
  const ingest: number[] = [];
  const rates = new Map<string, Replayed[]>(TARGETS.map(({ name }) => [name, []]));
  for (let run = 0; run < runCount; run++) {
    if (programs !== undefined) {
      const { completedMs } = await measureRun(programs, programs.peers[0], { spanCount });
      ingest.push(spanCount / completedMs! * 1000);
    }
    for (const target of TARGETS) {
      const input = target === TARGETS[0]
        ? [fast, spanCount] as const
        : [fewer, fewerCount] as const;
      rates.get(target.name)!.push(await replayFast(join(folder, "run"), ...input, target));
    }
  }
  const taken = ingest.length > 0 ? median(ingest) : undefined;
  printTable(
    `trace replay --speed max to trace collect, recording, ${
      spanCount / 1e6
    } M spans, medians of ${runCount} runs`,
    ["target", "spans", "memory", "of what the collector takes"],
    [
      ...(taken === undefined
        ? []
        : [["go-trace events, a sender in Go", thousands(taken), "–", "–"]]),
      ...Array.from(rates, ([name, runs]) => {
        const rate = median(runs.map(({ spansPerSecond }) => spansPerSecond));
        const share = taken === undefined || name !== TARGETS[0].name ? "–" : ratio(rate, taken);
        return [name, thousands(rate), megabytes(median(runs.map(({ peak }) => peak))), share];
      }),
    ],
  );
  const paced = join(folder, "paced.jsonl");
  const rows: string[][] = [];
  for (const spansPerSecond of [100, 5000]) {
    await writeRecording(paced, spansPerSecond * paceSeconds, spansPerSecond);
    const lags = await measurePace(join(folder, "run"), paced);
    const at = (share: number): string =>
      `${lags[Math.floor((lags.length - 1) * share)].toFixed(2)} ms`;
    rows.push([`${spansPerSecond} spans/s`, String(lags.length), at(0.5), at(0.95), at(1)]);
  }
  printTable(
    `From when an event was to arrive until it did, ${paceSeconds} s at the recorded pace`,
    ["recording", "events", "median", "95 %", "all"],
    rows,
  );
}

interface BenchTarget {
  readonly name: string;
  /** What makes the collector listen; a folder of its own is there for sockets. */
  options(folder: string): readonly string[];
  to(ready: Readonly<Record<string, unknown>>): string;
}

const TARGETS: readonly BenchTarget[] = [
  {
    name: "go-trace events, trace replay",
    options: () => [],
    to: ({ socket }) => `unix://${socket}`,
  },
  {
    name: "OTLP protobuf, trace replay",
    options: () => ["--otlp-http", "127.0.0.1:0"],
    to: ({ otlp_http }) => `http://${otlp_http}`,
  },
  {
    name: "OTLP over gRPC, trace replay",
    options: () => ["--otlp-grpc", "127.0.0.1:0"],
    to: ({ otlp_grpc }) => `otlp+grpc://${otlp_grpc}`,
  },
  {
    name: "Zipkin, trace replay",
    options: () => ["--zipkin", "127.0.0.1:0"],
    to: ({ zipkin }) => `zipkin+http://${zipkin}`,
  },
  {
    name: "SSF frames, trace replay",
    options: (folder) => ["--ssf", `unix://${folder}/ssf.sock`],
    to: ({ ssf }) => `ssf+${(ssf as string[])[0]}`,
  },
];

interface Replayed {
  readonly spansPerSecond: number;
  /** Most memory that the replay held, in bytes. */
  readonly peak: number;
}

async function replayFast(
  folder: string,
  file: string,
  spanCount: number,
  target: BenchTarget,
): Promise<Replayed> {
  await Deno.mkdir(folder);
  try {
    const out = join(folder, "out.jsonl");
    await using collector = await startTraceCollect(folder, [
      ...target.options(folder),
      "--out",
      out,
    ]);
    const completed = waitForRecordedSpans(out, spanCount);
    const replay = await runReplay(file, target.to(collector.ready), ["--speed", "max"]);
    // As with the sender in Go: from the first byte that is sent until all is recorded.
    const seconds = (Number(await completed) / 1e6 - replay.beganMs) / 1000;
    return { spansPerSecond: spanCount / seconds, peak: replay.peak };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs `trace replay`; tells when it began to send, and the most memory that it held, where the system does. */
async function runReplay(
  file: string,
  to: string,
  options: readonly string[],
): Promise<{ readonly beganMs: number; readonly peak: number }> {
  const { command, args } = traceCommand();
  const child = new Deno.Command(command, {
    args: [...args, "replay", file, "--to", to, "--json", ...options],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let peak = 0;
  const watch = setInterval(async () => {
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
  }, 50);
  const { success, stdout, stderr } = await child.output();
  const endedMs = performance.timeOrigin + performance.now();
  clearInterval(watch);
  if (!success) throw new Error(`The replay failed: ${new TextDecoder().decode(stderr).trim()}`);
  const { elapsed_ms } = JSON.parse(new TextDecoder().decode(stdout));
  return { beganMs: endedMs - elapsed_ms, peak };
}

/** Replays at the recorded pace; returns how far each event was from its time, in ms, in order. */
async function measurePace(folder: string, file: string): Promise<number[]> {
  await Deno.mkdir(folder);
  using listener = Deno.listen({ transport: "unix", path: join(folder, "socket") });
  const running = runReplay(file, `unix://${folder}/socket`, []);
  // The first connection only looks whether somebody is there.
  (await listener.accept()).close();
  using connection = await listener.accept();
  const arrivals: { readonly momentMs: number; readonly atMs: number }[] = [];
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(256 * 1024);
  let rest = "";
  let first: bigint | undefined;
  for (let length = await connection.read(buffer); length !== null;) {
    const atMs = performance.now();
    const lines = (rest + decoder.decode(buffer.subarray(0, length), { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const { unixNano } = parseTimestamp(/"time":"([^"]*)"/.exec(line)![1])!;
      first ??= unixNano;
      arrivals.push({ momentMs: Number(unixNano - first) / 1e6, atMs });
    }
    length = await connection.read(buffer);
  }
  await running;
  await Deno.remove(folder, { recursive: true });
  // Nobody outside knows when the replay began. Nothing is sent early, so what came soonest came in time.
  const beganMs = arrivals.reduce(
    (least, { momentMs, atMs }) => Math.min(least, atMs - momentMs),
    Infinity,
  );
  return arrivals.map(({ momentMs, atMs }) => atMs - beganMs - momentMs).sort((a, b) => a - b);
}

/** A recording of traces of ten spans each, which begin evenly and take 50 ms. */
async function writeRecording(
  path: string,
  spanCount: number,
  spansPerSecond: number,
): Promise<void> {
  await Deno.remove(path).catch(() => {});
  const writer = await RecordingWriter.open(path);
  const encoder = new TextEncoder();
  let waiting: Span[] = [];
  const write = async (spans: readonly Span[]): Promise<void> => {
    for (let at = 0; at < spans.length; at += 1000) {
      const part = spans.slice(at, at + 1000);
      const lines = encoder.encode(part.map((span) => encodeSpanLine(span)).join(""));
      writer.write({ lines, spanCount: part.length });
      await writer.ready;
    }
  };
  for (let trace = 0; trace < spanCount / 10; trace++) {
    // Not at full milliseconds: clocks of nanoseconds seldom tell the same time twice.
    const jitter = (trace * 7919) % 100_003;
    const start = BASE_NANO + BigInt(Math.round(trace * 10 / spansPerSecond * 1e9) + jitter);
    for (let depth = 9; depth >= 0; depth--) waiting.push(traceSpan(trace, depth, start));
    if (waiting.length < 50_000 && trace + 1 < spanCount / 10) continue;
    waiting.sort((a, b) => Number(a.endTimeUnixNano! - b.endTimeUnixNano!));
    // What comes later may end before the last of these.
    const isLast = trace + 1 >= spanCount / 10;
    const kept = isLast ? 0 : Math.min(spansPerSecond / 10, waiting.length);
    await write(waiting.slice(0, waiting.length - kept));
    waiting = waiting.slice(waiting.length - kept);
  }
  await writer.close();
}

const BASE_NANO = 1_773_223_200_123_456_789n;

function traceSpan(trace: number, depth: number, start: bigint): Span {
  const id = (number: number): string => (number + 1).toString(16).padStart(16, "0");
  const isQuery = depth % 3 === 2;
  return {
    traceId: id(trace),
    spanId: id(trace * 10 + depth),
    ...(depth === 0 ? {} : { parentId: id(trace * 10 + depth - 1) }),
    name: isQuery ? "SQL Query" : "OrderService.List",
    kind: isQuery ? "sql" : depth === 0 ? "http" : "function",
    startTimeUnixNano: start + BigInt(depth * 1_100_000),
    endTimeUnixNano: start + BigInt(50_000_000 - depth * 1_300_001),
    state: "ended",
    attributes: isQuery
      ? { query: "SELECT id, name, email FROM users WHERE id = $1", rows: "1" }
      : depth === 0
      ? { method: "GET", path: "/users/{id}/orders", status: "200" }
      : {},
  };
}
