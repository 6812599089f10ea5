import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { endLine, startLine } from "../testing/events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

type SpanJson = Readonly<Record<string, unknown>> & { readonly name: string };

/** The spans of a recording, the command's own left out. */
async function viewSpans(folder: string, out: string): Promise<SpanJson[]> {
  const { stdout } = await runTrace(["view", "--json", out], { folder });
  return stdout.trim().split("\n").flatMap((line) => JSON.parse(line).spans)
    .filter(({ attrs }) => attrs?.["process.command_line"] === undefined);
}

Deno.test("run traces a Deno program that knows nothing of tracing, its console included", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/app.ts`,
      `const server = Deno.serve({ port: 0, onListen() {} }, () => {
        console.log("in the handler");
        return new Response("hello");
      });
      const response = await fetch("http://localhost:" + server.addr.port + "/x");
      console.log(await response.text());
      await server.shutdown();`,
    );
    const out = `${folder}/out.jsonl`;
    const command = [Deno.execPath(), "run", "-A", "--no-check", `${folder}/app.ts`];
    const result = await runTrace(["run", "--out", out, "--", ...command], { folder });
    assertEquals([result.code, result.stdout], [0, "in the handler\nhello\n"]);
    const [client, server] = await viewSpans(folder, out);
    assertEquals([client.kind, server.kind, server.parent_id], ["client", "server", client.id]);
    const events = (server.events ?? []) as { attrs?: Record<string, unknown> }[];
    assertMatch(JSON.stringify(events), /in the handler/);
  }));

Deno.test("run tells OpenTelemetry where to send, and leaves what the user decided", () =>
  inTemporaryFolder(async (folder) => {
    const script = 'echo "$OTEL_EXPORTER_OTLP_ENDPOINT $OTEL_TRACES_EXPORTER $OTEL_DENO"';
    const result = await runTrace(["run", "--quiet", "--", "sh", "-c", script], {
      folder,
      env: { OTEL_DENO: "false", OTEL_EXPORTER_OTLP_ENDPOINT: "http://elsewhere:4318" },
    });
    assertMatch(result.stdout, /^http:\/\/127\.0\.0\.1:\d+ otlp false\n$/);
    const without = await runTrace(
      ["run", "--quiet", "--otlp-http", "off", "--", "sh", "-c", script],
      { folder, env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://elsewhere:4318" } },
    );
    assertMatch(without.stdout, /^http:\/\/elsewhere:4318 /);
  }));

Deno.test("a subtree is printed when it is finished, while the command goes on", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/app.ts`,
      `import { tracer } from "${new URL("../../mod.ts", import.meta.url)}";
      tracer.trace("first", () => tracer.trace("below", () => {}));
      using hung = tracer.startSpan("hung");
      await Deno.stdin.read(new Uint8Array(1));
      Deno.exit(6);`,
    );
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const command = [Deno.execPath(), "run", "-A", "--no-check", "--no-lock", "--config", config];
    const out = `${folder}/out.jsonl`;
    const child = spawnTrace(["run", "--out", out, "--", ...command, `${folder}/app.ts`], {
      folder,
      env: { OTEL_DENO: "false" },
    });
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    async function readUntil(text: string | undefined): Promise<void> {
      while (text === undefined || !printed.includes(text)) {
        const { value, done } = await reader.read();
        if (done) return;
        printed += value;
      }
    }
    await readUntil("below");
    assertMatch(printed, /^· deno run .*\n├─ ƒ first .* 2 spans .*\n│ {2}└─ ƒ below .*\n$/);
    await child.stdin.close();
    await readUntil(undefined);
    assertMatch(printed, /\n├─ ƒ hung .*unfinished.*\n└─ exit code 6 .* 3 spans in 1 trace\n/);
    assertEquals((await child.status).code, 6);
    await child.stdout.cancel();
  }));

Deno.test("the tree of a command can be seen again, and traces stay what they were as JSON", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    await Deno.writeTextFile(`${folder}/events`, startLine("job") + endLine("job"));
    const program = `
      const socket = await Deno.connect({ transport: "unix", path: Deno.env.get("TRACE_SOCKET") });
      await socket.write(await Deno.readFile("${folder}/events"));
      socket.close();`;
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const command = [Deno.execPath(), "run", "-A", "--no-check", `${folder}/program.ts`];
    await runTrace(["run", "--quiet", "--out", out, "--", ...command], { folder });
    const view = await runTrace(["view", out], { folder });
    assertMatch(view.stdout, /^· deno run .* 2 spans .*\n└─ ƒ span job .*\n$/);
    const json = await runTrace(["view", "--json", out], { folder });
    const traces = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(traces.map(({ spans }) => spans.length), [1, 1]);
    const root = traces.flatMap(({ spans }) => spans).find(({ links }) => links);
    assertEquals(root.links, [
      { trace_id: "t1", span_id: "job", attrs: { "trace.started": true } },
    ]);
  }));

Deno.test("with --json, standard error has one object a line, and standard output stays the command's", () =>
  inTemporaryFolder(async (folder) => {
    const events = startLine("a").trim() + "\n" + endLine("a").trim();
    const code =
      `const socket = await Deno.connect({ transport: "unix", path: Deno.env.get("TRACE_SOCKET") });
      await socket.write(new TextEncoder().encode(${JSON.stringify(events + "\n")}));
      socket.close();
      console.log("mine");`;
    const command = [Deno.execPath(), "eval", "--unstable-net", code];
    const result = await runTrace(["run", "--json", "--", ...command], {
      folder,
      env: { OTEL_DENO: "false" },
    });
    assertEquals([result.code, result.stdout], [0, "mine\n"]);
    const lines = result.stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals([lines[0].event, lines.at(-1).event], ["ready", "summary"]);
    const names = lines.slice(1, -1).flatMap(({ spans }) => spans).map(({ id }) => id);
    assertEquals([names.length, names.includes("a")], [2, true]);
    assertEquals([lines.at(-1).spans, lines.at(-1).traces], [2, 2]);
  }));
