import { assertEquals, assertMatch } from "@std/assert";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

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
