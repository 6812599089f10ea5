import { join } from "node:path";
import { freePorts, type PeerProcess, startPeer } from "../../scripts/start_peer.ts";

/** A Jaeger whose storage and ports outlive its process. */
export interface Jaeger extends AsyncDisposable {
  /** What `trace view` is given. */
  readonly url: string;
  /** What `--forward` is given, by protocol. */
  readonly targets: Readonly<Record<"http" | "json" | "grpc", string>>;
  /** Ends the process; the storage stays. */
  stop(signal: Deno.Signal): Promise<void>;
  /** Starts it again, with the same storage, at the same ports. */
  restart(): Promise<void>;
}

/** Starts a Jaeger that keeps its storage in a folder. */
export async function startJaeger(program: string, folder: string): Promise<Jaeger> {
  const [query, queryGrpc, http, grpc] = freePorts(4);
  const config = join(folder, "jaeger.json");
  const directories = { keys: join(folder, "keys"), values: join(folder, "values") };
  for (const directory of Object.values(directories)) await Deno.mkdir(directory);
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      extensions: {
        jaeger_storage: { backends: { store: { badger: { directories, ephemeral: false } } } },
        jaeger_query: {
          storage: { traces: "store" },
          http: { endpoint: `127.0.0.1:${query}` },
          grpc: { endpoint: `127.0.0.1:${queryGrpc}` },
        },
      },
      receivers: {
        otlp: {
          protocols: {
            http: { endpoint: `127.0.0.1:${http}` },
            grpc: { endpoint: `127.0.0.1:${grpc}` },
          },
        },
      },
      exporters: { jaeger_storage_exporter: { trace_storage: "store" } },
      service: {
        extensions: ["jaeger_storage", "jaeger_query"],
        pipelines: { traces: { receivers: ["otlp"], exporters: ["jaeger_storage_exporter"] } },
        telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      },
    }),
  );
  function start(): Promise<PeerProcess> {
    return startPeer(program, ["--config", `file:${config}`], [query, http, grpc]);
  }
  let process = await start();
  return {
    url: `jaeger+http://127.0.0.1:${query}`,
    targets: {
      http: `http://127.0.0.1:${http}`,
      json: `otlp+json+http://127.0.0.1:${http}`,
      grpc: `otlp+grpc://127.0.0.1:${grpc}`,
    },
    stop: (signal) => process.stop(signal),
    async restart(): Promise<void> {
      process = await start();
    },
    [Symbol.asyncDispose]: () => process.stop(),
  };
}
