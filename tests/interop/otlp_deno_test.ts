import { assertEquals } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

/** A server that is asked once, by itself. */
const PROGRAM = `
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
  console.log("asked");
  return new Response("answer");
});
await (await fetch("http://127.0.0.1:" + server.addr.port + "/path?x=1")).text();
await server.shutdown();
`;

type Json = Record<string, unknown>;

for (const protocol of ["http/protobuf", "http/json", "grpc"]) {
  Deno.test(`Deno's own OpenTelemetry is collected over ${protocol}, its console as events of its spans`, () =>
    inTemporaryFolder(async (folder) => {
      const out = `${folder}/out.jsonl`;
      await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
      await using collector = await startTraceCollect(folder, [
        ...["--out", out, "--zipkin", "off"],
        ...["--otlp-http", "127.0.0.1:0", "--otlp-grpc", "127.0.0.1:0"],
      ]);
      const address = collector.ready[protocol === "grpc" ? "otlp_grpc" : "otlp_http"];
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-net", `${folder}/program.ts`],
        env: {
          OTEL_DENO: "true",
          OTEL_SERVICE_NAME: "asker",
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}`,
        },
      }).output();
      const errors = new TextDecoder().decode(stderr);
      if (errors.includes("unsupported protocol")) {
        return console.log(`skipped: this Deno does not send ${protocol}`);
      }
      assertEquals([code, errors, new TextDecoder().decode(stdout)], [0, "", "asked\n"]);
      const summary = await collector.stop();
      assertEquals(
        ["received", "accepted", "spans", "traces", "logs"].map((field) => summary?.[field]),
        [2, 2, 2, 1, 1],
      );
      assertEquals(summary?.log_events, { attached: 1, waiting: 0, dropped: {} });
      const spans = (await Deno.readTextFile(out)).trimEnd().split("\n")
        .map((line) => JSON.parse(line) as Json).filter(({ id }) => id);
      const client = spans.find(({ kind }) => kind === "client");
      const server = spans.find(({ kind }) => kind === "server");
      assertEquals([server?.parent_id, server?.trace_id], [client?.id, client?.trace_id]);
      assertEquals((server?.events as Json[])[0].name, "asked\n");
      for (const span of [client, server]) {
        const attributes = span?.attrs as Json;
        const resource = span?.resource as Json;
        assertEquals(
          [attributes["url.path"], attributes["url.query"], resource["service.name"]],
          ["/path", "x=1", "asker"],
        );
      }
    }));
}
