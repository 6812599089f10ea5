import { join } from "node:path";
import { startTraceCollect } from "../scripts/start_collector.ts";
import { freePorts, startPeer } from "../scripts/start_peer.ts";
import { waitForRecordedSpans } from "./wait_for_recorded_spans.ts";

/** A collector of OTLP that writes a file. */
export interface OtlpPeer {
  readonly name: string;
  /** Starts it in an empty folder. */
  start(folder: string, out: string): Promise<RunningOtlpPeer>;
  /** Throws when the file does not have exactly so many spans. */
  check(out: string, spanCount: number): Promise<void>;
}

/** One that listens. */
export interface RunningOtlpPeer extends AsyncDisposable {
  readonly pid: number;
  /** `HOST:PORT` for each protocol. */
  readonly http: string;
  readonly grpc: string;
  /** Resolves with the time, in nanoseconds since the epoch, at which the file had all spans. */
  recorded(spanCount: number): Promise<bigint>;
  stop(): Promise<unknown>;
}

/** `trace collect` with recording on. */
export const TRACE: OtlpPeer = {
  name: "trace collect --out",
  async start(folder, out): Promise<RunningOtlpPeer> {
    const any = "127.0.0.1:0";
    const options = ["--out", out, "--otlp-http", any, "--otlp-grpc", any];
    const process = await startTraceCollect(folder, options);
    return {
      pid: process.pid,
      http: String(process.ready.otlp_http),
      grpc: String(process.ready.otlp_grpc),
      recorded: (spanCount) => waitForRecordedSpans(out, spanCount),
      stop: () => process.stop(),
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  },
  check: (out, spanCount) => checkCount(out, '{"id":"', spanCount),
};

/**
 * The OpenTelemetry Collector with its file exporter, which writes what is left of its buffer as often as
 * ours does. It has no batch processor: each request becomes one line, or message, at once.
 *
 * @param format What it writes: lines of OTLP JSON, as it does unless told otherwise, or OTLP protobuf.
 */
export function otelCollector(program: string, format: "json" | "proto"): OtlpPeer {
  return {
    name: `OpenTelemetry Collector, file exporter, ${format}`,
    async start(folder, out): Promise<RunningOtlpPeer> {
      const [http, grpc] = freePorts(2);
      const config = join(folder, "config.json");
      await Deno.writeTextFile(
        config,
        JSON.stringify({
          receivers: {
            otlp: {
              protocols: {
                http: { endpoint: `127.0.0.1:${http}` },
                grpc: { endpoint: `127.0.0.1:${grpc}` },
              },
            },
          },
          exporters: { file: { path: out, format, flush_interval: "250ms" } },
          service: {
            telemetry: { metrics: { level: "none" }, logs: { level: "warn" } },
            pipelines: { traces: { receivers: ["otlp"], exporters: ["file"] } },
          },
        }),
      );
      const process = await startPeer(program, ["--config", `file:${config}`], [http, grpc]);
      return {
        pid: process.pid,
        http: `127.0.0.1:${http}`,
        grpc: `127.0.0.1:${grpc}`,
        recorded: (spanCount) => waitForEqualParts(out, format, spanCount / SPANS_IN_REQUEST),
        stop: () => process.stop(),
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
    check: (out, spanCount) =>
      format === "json" ? checkCount(out, '"spanId":"', spanCount) : Promise.resolve(),
  };
}

/** What `otlp_sender` puts into a request. */
const SPANS_IN_REQUEST = 500;
const POLL_MS = 2;

/**
 * Waits until a file has so many requests. They differ in the digits of ids only, so all take the same
 * space: looking at the size is enough, and costs the collector nothing.
 */
async function waitForEqualParts(
  path: string,
  format: "json" | "proto",
  count: number,
): Promise<bigint> {
  let partBytes: number | undefined;
  for (;;) {
    const { size } = await Deno.stat(path);
    partBytes ??= await firstPartBytes(path, format);
    if (partBytes !== undefined && size >= partBytes * count) {
      return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Size of the first request of a file with what frames it; `undefined` while it is not whole. */
async function firstPartBytes(path: string, format: "json" | "proto"): Promise<number | undefined> {
  using file = await Deno.open(path);
  const start = new Uint8Array(FIRST_BYTES);
  const length = await file.read(start) ?? 0;
  if (format === "json") {
    const end = start.subarray(0, length).indexOf(LINE_FEED);
    return end < 0 ? undefined : end + 1;
  }
  return length < 4 ? undefined : 4 + new DataView(start.buffer).getUint32(0);
}

const FIRST_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/** Throws when a text is not in a file so many times. */
async function checkCount(path: string, text: string, expected: number): Promise<void> {
  using file = await Deno.open(path);
  let count = 0;
  let rest = "";
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split(text);
    count += parts.length - 1;
    rest = (parts.at(-1) as string).slice(1 - text.length);
  }
  if (count !== expected) throw new Error(`${path} has ${count} spans, expected ${expected}`);
}
