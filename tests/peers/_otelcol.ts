import { join } from "node:path";
import { freePorts, startPeer } from "../../scripts/start_peer.ts";

/** An OpenTelemetry Collector. */
export interface OtelCollector extends AsyncDisposable {
  /** Where it takes OTLP, as `HOST:PORT`. */
  readonly http: string;
  readonly grpc: string;
  /** Sends what waits, completes its files, and ends. */
  stop(): Promise<void>;
}

/**
 * Starts a Collector that takes OTLP.
 *
 * @param exporters As in its configuration; all get everything.
 * @param args More arguments.
 */
export async function startOtelCollector(
  program: string,
  folder: string,
  exporters: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
): Promise<OtelCollector> {
  const [http, grpc] = freePorts(2);
  const config = join(folder, `otelcol-${http}.json`);
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
      exporters,
      service: {
        pipelines: { traces: { receivers: ["otlp"], exporters: Object.keys(exporters) } },
        telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      },
    }),
  );
  const process = await startPeer(program, ["--config", `file:${config}`, ...args], [http, grpc]);
  return {
    http: `127.0.0.1:${http}`,
    grpc: `127.0.0.1:${grpc}`,
    stop: () => process.stop(),
    [Symbol.asyncDispose]: () => process.stop(),
  };
}
