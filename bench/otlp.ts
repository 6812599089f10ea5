import { fileURLToPath } from "node:url";
import { buildGo } from "../scripts/build_go.ts";
import { buildPeer } from "../scripts/build_peer.ts";
import { measureOtlpRun, type OtlpFigures, type OtlpProtocol } from "./measure_otlp_run.ts";
import { otelCollector, type OtlpPeer, TRACE } from "./otlp_peers.ts";
import { median, megabytes, printTable, ratio, thousands } from "./table.ts";

/** Options of {@linkcode benchOtlp}. */
export interface BenchOtlpOptions {
  spanCount: number;
  /** Runs of each collector, in turn. */
  runCount: number;
}

/**
 * OTLP protobuf from four connections to the file, ours against the OpenTelemetry Collector with its file
 * exporter: spans a second, and how many of them a second of one core is good for.
 *
 * @param folder Folder for the programs.
 */
export async function benchOtlp(folder: string, options: BenchOtlpOptions): Promise<void> {
  const sender = await buildGo({
    source: fileURLToPath(new URL("otlp_sender", import.meta.url)),
    folder,
    name: "otlp_sender",
  });
  if (!sender.ok) {
    console.log(`\nOTLP is not measured: ${sender.reason}`);
    return;
  }
  const peers = [TRACE];
  const collector = await buildPeer("otelcol");
  if (collector.ok) {
    peers.push(otelCollector(collector.path, "json"), otelCollector(collector.path, "proto"));
  } else {
    console.log(`\nThe OpenTelemetry Collector could not be built: ${collector.reason}`);
  }
  for (const protocol of ["http", "grpc"] as const) {
    await compare(sender.path, peers, protocol, options);
  }
}

async function compare(
  sender: string,
  peers: readonly OtlpPeer[],
  protocol: OtlpProtocol,
  { spanCount, runCount }: BenchOtlpOptions,
): Promise<void> {
  const runs = new Map<OtlpPeer, OtlpFigures[]>(peers.map((peer) => [peer, []]));
  for (let run = 0; run < runCount; run++) {
    for (const [peer, figures] of runs) {
      const folder = await Deno.makeTempDir({ prefix: "trace-bench-" });
      try {
        figures.push(await measureOtlpRun({ sender, peer, protocol, spanCount, folder }));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
  }
  const rows = [...runs].map(([peer, figures]) => {
    const rates = figures.map(({ recordedMs }) => spanCount / (recordedMs / 1e3));
    return {
      name: peer.name,
      rates,
      cpu: median(figures.map(({ cpuSeconds }) => cpuSeconds / (spanCount / 1e6))),
      peak: median(figures.map(({ peakBytes }) => peakBytes)),
      file: median(figures.map(({ fileBytes }) => fileBytes)) / spanCount,
    };
  });
  const [ours] = rows;
  printTable(
    `OTLP protobuf over ${
      protocol === "http" ? "HTTP" : "gRPC"
    }, 4 connections, decoded and recorded, ` +
      `${spanCount / 1e6} M spans, medians of ${runCount} runs in turn`,
    [
      "collector",
      "spans",
      "worst … best",
      "CPU s a M spans",
      "memory",
      "bytes a span",
      "trace is",
      "a core",
    ],
    rows.map(({ name, rates, cpu, peak, file }, index) => [
      name,
      thousands(median(rates)),
      `${thousands(Math.min(...rates))} … ${thousands(Math.max(...rates))}`,
      cpu.toFixed(2),
      megabytes(peak),
      file.toFixed(0),
      index === 0 ? "–" : `${ratio(median(ours.rates), median(rates))} as fast`,
      index === 0 ? "–" : ratio(cpu, ours.cpu),
    ]),
  );
}
