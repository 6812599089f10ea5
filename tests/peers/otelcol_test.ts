import { assertEquals } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { startOtelCollector } from "./_otelcol.ts";
import { forPeer } from "./_peers.ts";
import { runTrace } from "../testing/trace_process.ts";
import { byId, postOtlp, richRequest, viewSpans } from "./_spans.ts";

const otelcol = await forPeer("otelcol");
const program = otelcol.ok ? otelcol.path : "";
const ignore = !otelcol.ok;

const ANY_PORT = "127.0.0.1:0";
const BEGIN = 1_795_633_565_000_000_000n;
const TRACE_IDS = Array.from(
  { length: 20 },
  (_, index) => `${10 + index}02030405060708090a0b0c0d0e0f10`,
);

/** Whether what is tested can unpack Zstandard, which depends on the runtime in it. */
async function canUnpackZstd(folder: string): Promise<boolean> {
  const stdin = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
  const { stderr } = await runTrace(["view", "--json", "-"], { folder, stdin });
  if (!stderr.includes("this runtime has none")) return true;
  console.log("skipped: this runtime has no Zstandard");
  return false;
}

/** Sends the same traces to a receiver of OTLP over HTTP each time. */
async function sendAll(address: string): Promise<void> {
  for (const traceId of TRACE_IDS) await postOtlp(address, richRequest(traceId, BEGIN));
}

/** What `trace collect` shows of the traces when they come to it directly, and how many spans that are. */
async function directly(folder: string): Promise<{ expected: unknown[]; count: number }> {
  const out = `${folder}/direct.jsonl`;
  await using collector = await startTraceCollect(folder, [
    ...["--out", out, "--otlp-http", ANY_PORT],
  ]);
  await sendAll(String(collector.ready.otlp_http));
  await collector.stop();
  const { code, stderr, spans } = await viewSpans(out, folder);
  assertEquals([code, stderr], [0, ""]);
  return { expected: byId(spans), count: spans.length };
}

const EXPORTERS = [
  ...["none", "gzip", "zstd"].map((compression) => ({ type: "otlp_grpc", compression })),
  ...["none", "gzip", "zstd"].map((compression) => ({ type: "otlp_http", compression })),
  { type: "otlp_http", compression: "gzip", encoding: "json" },
];

for (const { type, ...options } of EXPORTERS) {
  Deno.test({
    name: `what a Collector hands on by ${type} ${JSON.stringify(options)} arrives unchanged`,
    ignore,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        if (options.compression === "zstd" && !await canUnpackZstd(folder)) return;
        const { expected, count } = await directly(folder);
        const out = `${folder}/out.jsonl`;
        await using collector = await startTraceCollect(folder, [
          ...["--out", out, "--otlp-http", ANY_PORT, "--otlp-grpc", ANY_PORT],
        ]);
        const { otlp_http, otlp_grpc } = collector.ready;
        const endpoint = type === "otlp_grpc" ? otlp_grpc : `http://${otlp_http}`;
        await using middle = await startOtelCollector(program, folder, {
          [type]: { endpoint, ...options, tls: { insecure: true } },
        });
        await sendAll(middle.http);
        await middle.stop();
        const summary = await collector.stop();
        assertEquals(
          [summary?.received, summary?.accepted, summary?.rejected, summary?.recorded],
          [count, count, {}, count],
        );
        const { code, stderr, spans } = await viewSpans(out, folder);
        assertEquals([code, stderr], [0, ""]);
        assertEquals(byId(spans) as unknown[], expected);
      }),
  });
}

const NATIVE = "--feature-gates=exporter.file.nativeCompression";

const FILES: readonly { name: string; options: Record<string, unknown>; args?: string[] }[] = [
  { name: "JSON", options: {} },
  { name: "protobuf", options: { format: "proto" } },
  { name: "JSON, each message packed", options: { compression: "zstd" } },
  { name: "protobuf, each message packed", options: { format: "proto", compression: "zstd" } },
  { name: "JSON in one stream", options: { compression: "zstd" }, args: [NATIVE] },
  {
    name: "protobuf in one stream",
    options: { format: "proto", compression: "zstd" },
    args: [NATIVE],
  },
];

for (const { name, options, args } of FILES) {
  Deno.test({
    name: `what a Collector's file exporter writes opens with the same spans: ${name}`,
    ignore,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        if (options.compression === "zstd" && !await canUnpackZstd(folder)) return;
        const { expected } = await directly(folder);
        const path = `${folder}/spans`;
        const file = { path, ...options };
        await using collector = await startOtelCollector(program, folder, { file }, args);
        await sendAll(collector.http);
        await collector.stop();
        const { code, stderr, spans } = await viewSpans(path, folder);
        assertEquals([code, stderr], [0, ""]);
        assertEquals(byId(spans) as unknown[], expected);
      }),
  });
}
