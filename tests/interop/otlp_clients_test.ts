import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { buildGo } from "../../scripts/build_go.ts";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { installNode, installPython, runProgram } from "./_foreign_program.ts";

/** A program with an OpenTelemetry SDK, ready to run. */
interface Client {
  readonly command: string;
  readonly args: readonly string[];
}

/** Makes a {@linkcode Client} in a folder; says why it cannot. */
type Prepare = (folder: string) => Promise<Client | string>;

const CLIENTS: readonly {
  name: string;
  protocols: readonly string[];
  /** Whether the endpoint is given as `HOST:PORT`. */
  takesAddress?: boolean;
  prepare: Prepare;
}[] = [
  { name: "JavaScript", protocols: ["http/json", "http/protobuf", "grpc"], prepare: prepareNode },
  { name: "Python", protocols: ["http/protobuf", "grpc"], prepare: preparePython },
  { name: "Go", protocols: ["http/protobuf", "grpc"], takesAddress: true, prepare: prepareGo },
];

for (const { name, protocols, takesAddress, prepare } of CLIENTS) {
  Deno.test(`what the OpenTelemetry SDK for ${name} sends is recorded exactly, each way`, () =>
    inTemporaryFolder(async (folder) => {
      const client = await prepare(folder);
      if (typeof client === "string") return console.log(`skipped: ${client}`);
      for (const protocol of protocols) {
        for (const compression of ["none", "gzip"]) {
          const out = `${folder}/${protocol.replace("/", "-")}-${compression}.jsonl`;
          await using collector = await startTraceCollect(folder, [
            ...["--out", out, "--zipkin", "off"],
            ...["--otlp-http", "127.0.0.1:0", "--otlp-grpc", "127.0.0.1:0"],
          ]);
          const address = collector.ready[protocol === "grpc" ? "otlp_grpc" : "otlp_http"];
          const endpoint = takesAddress ? String(address) : `http://${address}`;
          const args = [...client.args, protocol, endpoint, compression, String(TRACES)];
          const ran = await runProgram(client.command, args, folder);
          const what = `${protocol} ${compression}`;
          assertEquals([what, ran.code], [what, 0], ran.stderr);
          const sent = parseLines(ran.stdout);
          const summary = await collector.stop();
          assertEquals(
            ["received", "accepted", "spans", "traces", "recorded"].map((key) => summary?.[key]),
            [TRACES * 2, TRACES * 2, TRACES * 2, TRACES, TRACES * 2],
          );
          const recorded = parseLines(await Deno.readTextFile(out)).filter(({ id }) => id);
          assertEquals(recorded.length, sent.length);
          const byId = new Map(recorded.map((span) => [span.id, span]));
          for (const span of sent) assertEquals(pick(byId.get(span.id), span), span, what);
        }
      }
    }));
}

type Json = Record<string, unknown>;

const TRACES = 600;

/** Integers keep all their digits: they are compared as text. */
function parseLines(text: string): Json[] {
  return text.split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line.replace(/(?<=[:,[] ?)(-?\d{16,})(?=[,}\]])/g, '"$1"'))
  );
}

/** The fields that a program's SDK tells of; flags are told by one of them only. */
function pick(recorded: Json | undefined, sent: Json): Json | undefined {
  if (recorded === undefined || "flags" in sent) return recorded;
  const { flags: _, ...span } = recorded;
  const links = (span.links as Json[] | undefined)?.map(({ flags: _, ...link }) => link);
  return links === undefined ? span : { ...span, links };
}

async function prepareNode(folder: string): Promise<Client | string> {
  const packages = [
    "@opentelemetry/api@1.9.1",
    "@opentelemetry/resources@2.12.0",
    "@opentelemetry/sdk-trace-base@2.12.0",
    ...["http", "proto", "grpc"].map((name) =>
      `@opentelemetry/exporter-trace-otlp-${name}@0.223.1`
    ),
  ];
  await Deno.copyFile(path("otlp_js/main.cjs"), `${folder}/main.cjs`);
  return await installNode(folder, packages) ?? { command: "node", args: ["main.cjs"] };
}

async function preparePython(folder: string): Promise<Client | string> {
  const problem = await installPython(folder);
  if (problem !== undefined) return problem;
  return { command: "venv/bin/python", args: [path("otlp_python/main.py")] };
}

async function prepareGo(folder: string): Promise<Client | string> {
  const base = "go.opentelemetry.io/otel";
  const modules = [
    "",
    "/sdk",
    "/exporters/otlp/otlptrace/otlptracehttp",
    "/exporters/otlp/otlptrace/otlptracegrpc",
  ].map((name) => `${base}${name}@v1.47.0`);
  const built = await buildGo({ source: path("otlp_go"), folder, name: "client", modules });
  return built.ok ? { command: built.path, args: [] } : built.reason;
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
