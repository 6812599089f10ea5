import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";
import { installNode, installPython, runProgram } from "./_foreign_program.ts";

interface SpanJson {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly kind: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly links?: readonly { readonly trace_id: string; readonly span_id: string }[];
}

/**
 * Runs a command under `trace run`, and says where its spans stand: `command > job > step`, with `~>` to the
 * root of a trace that the command links to.
 */
async function runAndPlace(
  folder: string,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<{ places: string[]; printed: string; output: string; code: number }> {
  const out = `${folder}/out-${crypto.randomUUID()}.jsonl`;
  const ran = await runTrace(["run", "--out", out, "--", ...command], { folder, env });
  const { stdout } = await runTrace(["view", "--json", out], { folder });
  const spans: SpanJson[] = stdout.trim().split("\n").flatMap((line) => JSON.parse(line).spans);
  const [root, ...others] = spans.filter(({ attrs }) => attrs?.["process.command_line"]);
  assertEquals([root?.parent_id, others.length], [undefined, 0], ran.stderr);
  const places = spans.filter((span) => span !== root).map((span) => {
    let path = span.name;
    let at = span;
    for (;;) {
      const parent = spans.find(({ id, trace_id }) =>
        id === at.parent_id && trace_id === at.trace_id
      );
      if (parent === root) return `command > ${path}`;
      if (parent === undefined) break;
      path = `${parent.name} > ${path}`;
      at = parent;
    }
    const isLinked = root.links?.some((link) =>
      link.span_id === at.id && link.trace_id === at.trace_id
    );
    return isLinked ? `command ~> ${path}` : path;
  });
  return { places: places.sort(), printed: ran.stderr, output: ran.stdout, code: ran.code };
}

const PYTHON_JOB = `
import os, sys, logging
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc" or sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("job")
with tracer.start_as_current_span("job"):
    with tracer.start_as_current_span("step"):
        print("working")
with tracer.start_as_current_span("after"):
    pass
sys.exit(3)
`;

Deno.test("a Python program with OpenTelemetry's SDK gives a tree under its command", () =>
  inTemporaryFolder(async (folder) => {
    const problem = await installPython(folder);
    if (problem !== undefined) return console.log(`skipped: ${problem}`);
    await Deno.writeTextFile(`${folder}/job.py`, PYTHON_JOB);
    for (const protocol of ["http", "grpc"]) {
      const command = [`${folder}/venv/bin/python`, `${folder}/job.py`, protocol];
      const ran = await runAndPlace(folder, command);
      assertEquals([ran.code, ran.output], [3, "working\n"], ran.printed);
      assertEquals(ran.places, ["command ~> after", "command ~> job", "command ~> job > step"]);
      assertMatch(ran.printed, /^· python .*\n├─ · job .*\n│ {2}└─ · step .*\n├─ · after /);
      assertMatch(ran.printed, /\n└─ exit code 3 {2}\S+ {2}3 spans in 2 traces\n/);
    }
  }));

const GO_JOB = `package main

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	ctx := context.Background()
	var exporter sdktrace.SpanExporter
	var err error
	if os.Args[1] == "grpc" {
		exporter, err = otlptracegrpc.New(ctx)
	} else {
		exporter, err = otlptracehttp.New(ctx)
	}
	if err != nil {
		panic(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	otel.SetTracerProvider(provider)
	within, job := otel.Tracer("job").Start(ctx, "job")
	_, step := otel.Tracer("job").Start(within, "step")
	fmt.Println("working")
	step.End()
	job.End()
	if err := provider.Shutdown(ctx); err != nil {
		panic(err)
	}
}
`;

Deno.test("go run with OpenTelemetry's SDK gives a tree under its command", () =>
  inTemporaryFolder(async (folder) => {
    // Go does not believe a module right in the temporary folder.
    const work = `${folder}/job`;
    await Deno.mkdir(work);
    await Deno.writeTextFile(`${work}/main.go`, GO_JOB);
    await Deno.writeTextFile(`${work}/go.mod`, "module job\n\ngo 1.25.0\n");
    const modules = ["", "/sdk", "http", "grpc"].map((name) =>
      "go.opentelemetry.io/otel" +
      (name === "" || name === "/sdk" ? name : `/exporters/otlp/otlptrace/otlptrace${name}`) +
      "@v1.47.0"
    );
    const added = await runProgram("go", ["get", ...modules], work);
    const built = added.code === 0 ? await runProgram("go", ["build", "./..."], work) : added;
    if (built.code !== 0) return console.log(`skipped: ${built.stderr.trim().split("\n").pop()}`);
    for (const protocol of ["http", "grpc"]) {
      const command = ["go", "run", "-C", work, ".", protocol];
      const ran = await runAndPlace(folder, command, { GOFLAGS: "-mod=mod -buildvcs=false" });
      assertEquals([ran.code, ran.output], [0, "working\n"], ran.printed);
      assertEquals(ran.places, ["command ~> job", "command ~> job > step"]);
    }
  }));

const NODE_JOB = `
const { trace } = require("@opentelemetry/api");
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const provider = new BasicTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
trace.setGlobalTracerProvider(provider);
const job = trace.getTracer("job").startSpan("job");
job.end();
provider.shutdown().then(() => console.log("done"));
`;

Deno.test("a Node program with an OpenTelemetry SDK of its own shows its spans, and not how it sends them", () =>
  inTemporaryFolder(async (folder) => {
    const problem = await installNode(folder, [
      "@opentelemetry/api@1.9.1",
      "@opentelemetry/sdk-trace-base@2.12.0",
      "@opentelemetry/exporter-trace-otlp-proto@0.223.1",
    ]);
    if (problem !== undefined) return console.log(`skipped: ${problem}`);
    await Deno.writeTextFile(`${folder}/job.cjs`, NODE_JOB);
    const ran = await runAndPlace(folder, ["node", `${folder}/job.cjs`]);
    assertEquals([ran.code, ran.output], [0, "done\n"], ran.printed);
    assertEquals(ran.places, ["command ~> job"]);
  }));

const NODE_SERVER = `
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
const server = createServer((request, response) => response.end(request.url));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = "http://127.0.0.1:" + server.address().port;
await fetch("http://127.0.0.1:1/unreachable").catch(() => {});
for (const path of ["/a", "/b"]) {
  // A client that is not traced.
  const code = "fetch(process.argv[1]).then((r) => r.text()).then(console.log)";
  const env = { PATH: process.env.PATH };
  const { stdout } = await promisify(execFile)("node", ["-e", code, url + path], { env });
  process.stdout.write(stdout);
}
console.log(await (await fetch(url + "/own")).text());
server.close();
server.closeAllConnections?.();
`;

Deno.test("a Node server gives a trace for each request; what it did before is the command's", () =>
  inTemporaryFolder(async (folder) => {
    const node = await runProgram("node", ["--version"], folder);
    if (node.code !== 0) return console.log("skipped: there is no Node");
    await Deno.writeTextFile(`${folder}/server.mjs`, NODE_SERVER);
    const ran = await runAndPlace(folder, ["node", `${folder}/server.mjs`]);
    assertEquals([ran.code, ran.output], [0, "/a\n/b\n/own\n"], ran.printed);
    assertEquals(ran.places, [
      "command > GET /unreachable",
      "command ~> GET /a",
      "command ~> GET /b",
      "command ~> GET /own",
      "command ~> GET /own > GET /own",
    ]);
    assertMatch(
      ran.printed,
      /^· node .*\n├─ ⇄ GET \/unreachable .*\n├─ ⇄ GET \/a .*\n├─ ⇄ GET \/b .*\n├─ ⇄ GET \/own /,
    );
  }));

const DENO_JOB = `
import { createTracer } from "${new URL("../../mod.ts", import.meta.url)}";
const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("hello"));
const url = "http://localhost:" + server.addr.port;
const tracer = createTracer();
await tracer.trace("ask", async () => await (await fetch(url)).text());
await server.shutdown();
`;

Deno.test("a Deno program's spans of the SDK are the command's, those of its own OpenTelemetry are linked", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/job.ts`, DENO_JOB);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const ran = await runAndPlace(folder, [
      ...[Deno.execPath(), "run", "-A", "--no-check", "--no-lock", "--config", config],
      `${folder}/job.ts`,
    ]);
    assertEquals([ran.code, ran.output], [0, ""], ran.printed);
    assertEquals(ran.places, ["command > ask", "command ~> GET", "command ~> GET > GET"]);
  }));

Deno.test("a go-trace program's traces are linked to its command", () =>
  inTemporaryFolder(async (folder) => {
    const program = `
      const socket = await Deno.connect({ transport: "unix", path: Deno.env.get("GOTRACE_SOCKET") });
      const event = (type, span_id, parent_id) => JSON.stringify({
        type, span_id, trace_id: "t-1", parent_id, name: span_id, kind: 0, time: new Date().toISOString(),
      }) + "\\n";
      const text = event(0, "job") + event(0, "step", "job") + event(1, "step") + event(1, "job");
      await socket.write(new TextEncoder().encode(text));
      socket.close();`;
    await Deno.writeTextFile(`${folder}/program.js`, program);
    const ran = await runAndPlace(folder, [Deno.execPath(), "run", "-A", `${folder}/program.js`]);
    assertEquals(ran.code, 0, ran.printed);
    assertEquals(ran.places, ["command ~> job", "command ~> job > step"]);
  }));
