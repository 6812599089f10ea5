import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { GrpcTransport } from "../../src/transport/grpc_transport.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

/** An address of this machine at which connections to it come from outside of loopback. */
const OUTER = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;
if (OUTER === undefined) console.log("Skipping tests with tokens: there is only loopback here");

const SPAN = {
  traceId: "5b8aa5a2d2c872e8321cf37308d69df2",
  spanId: "051581bf3cb55c13",
  name: "sent",
  startTimeUnixNano: "1544712660000000000",
  endTimeUnixNano: "1544712661000000000",
};
const OTLP = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] });
const ZIPKIN = JSON.stringify([
  {
    traceId: SPAN.traceId,
    id: SPAN.spanId,
    name: "sent",
    timestamp: 1544712660000000,
    duration: 5,
  },
]);

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  await response.body?.cancel();
  return response.status;
}

/** Answers of a gRPC call with an empty request. */
async function call(host: string, port: string, headers: Record<string, string>): Promise<string> {
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  const transport = new GrpcTransport(new URL(`http://${host}:${port}${path}`), { headers });
  const result = await transport.send(new Uint8Array());
  await transport.close();
  return result.status === "rejected" ? result.reason : result.status;
}

function portOf(address: unknown): string {
  return String(address).replace(/^.*:/, "");
}

Deno.test({
  name: "beyond loopback each protocol needs the session's token, on this machine none does",
  ignore: OUTER === undefined,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const everywhere = "0.0.0.0:0";
      await using collector = await startTraceCollect(folder, [
        ...["--otlp-http", everywhere, "--otlp-grpc", everywhere, "--zipkin", everywhere],
      ]);
      const { otlp_http, otlp_grpc, zipkin, token } = collector.ready;
      assertMatch(String(token), /^[\w-]{32}$/);
      const bearer = { authorization: `Bearer ${token}` };
      let refused = 0;
      for (
        const [address, path, body] of [
          [otlp_http, "/v1/traces", OTLP],
          [zipkin, "/api/v2/spans", ZIPKIN],
        ]
      ) {
        const port = portOf(address);
        const outer = `http://${OUTER}:${port}${path}`;
        assertEquals(await post(outer, String(body), {}), 401);
        assertEquals(await post(outer, String(body), { authorization: "Bearer wrong" }), 401);
        refused += 2;
        for (const headers of [bearer, { "x-trace-token": String(token) }]) {
          assert([200, 202].includes(await post(outer, String(body), headers)), path);
        }
        const own = `http://127.0.0.1:${port}${path}`;
        assert([200, 202].includes(await post(own, String(body), {})), path);
      }
      // The port for HTTP hands gRPC on, which must not make it seem to come from here.
      for (const port of [portOf(otlp_grpc), portOf(otlp_http)]) {
        assertEquals(await call(OUTER as string, port, {}), "grpc_16");
        assertEquals(await call(OUTER as string, port, bearer), "ok");
        refused++;
        assertEquals(await call("127.0.0.1", port, {}), "ok");
      }
      const summary = await collector.stop();
      assertEquals(summary?.rejected, { unauthorized: refused });
    }),
});

Deno.test("without an address beyond loopback there is no token", () =>
  inTemporaryFolder(async (folder) => {
    await using collector = await startTraceCollect(folder, ["--otlp-http", "localhost:0"]);
    assertEquals(collector.ready.token, undefined);
  }));

Deno.test("TRACE_TOKEN gives the token, and what is printed can be pasted elsewhere", () =>
  inTemporaryFolder(async (folder) => {
    const collect = ["collect", "--otlp-grpc", "off", "--zipkin", "off", "--for", "10ms"];
    const { code, stderr } = await runTrace([...collect, "--otlp-http", "0.0.0.0:0"], {
      folder,
      env: { TRACE_TOKEN: "abc/def==" },
    });
    assertEquals(code, 0);
    const port = /0\.0\.0\.0:(\d+)/.exec(stderr)?.[1];
    assertStringIncludes(
      stderr,
      `  export OTEL_EXPORTER_OTLP_ENDPOINT=http://${Deno.hostname()}:${port}\n` +
        "  export OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20abc%2Fdef%3D%3D\n",
    );
    const bad = await runTrace(collect, { folder, env: { TRACE_TOKEN: "a b" } });
    assertEquals(bad.code, 2);
    assertStringIncludes(bad.stderr, "TRACE_TOKEN cannot be sent in a header");
  }));

Deno.test({
  name: "what is handed on carries the headers of OTEL_EXPORTER_OTLP_HEADERS",
  ignore: OUTER === undefined,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      for (const [option, scheme] of [["--otlp-http", "http"], ["--otlp-grpc", "otlp+grpc"]]) {
        await Deno.mkdir(`${folder}/${scheme}`);
        await using target = await startTraceCollect(`${folder}/${scheme}`, [option, "0.0.0.0:0"]);
        const port = portOf(target.ready[option === "--otlp-http" ? "otlp_http" : "otlp_grpc"]);
        const url = `${scheme}://${OUTER}:${port}`;
        Deno.env.set(
          "OTEL_EXPORTER_OTLP_HEADERS",
          `Authorization=Bearer%20${target.ready.token},x-other=1`,
        );
        try {
          await using source = await startTraceCollect(folder, ["--forward", url]);
          await sendEvents(source.ready.socket as string, startLine("a") + endLine("a"));
          const summary = await source.stop() as { forward: { sent: number }[] };
          assertEquals(summary.forward[0].sent, 1);
        } finally {
          Deno.env.delete("OTEL_EXPORTER_OTLP_HEADERS");
        }
        assertEquals((await target.stop())?.spans, 1);
      }
    }),
});

Deno.test({
  name: "a command reaches its session also at an address beyond loopback",
  ignore: OUTER === undefined,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      await Deno.writeTextFile(
        `${folder}/app.ts`,
        `const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("hello"));
        await (await fetch("http://localhost:" + server.addr.port)).text();
        await server.shutdown();`,
      );
      const command = [Deno.execPath(), "run", "-A", "--no-check", `${folder}/app.ts`];
      const options = ["--otlp-http", `${OUTER}:0`];
      const { code, stderr } = await runTrace(["run", ...options, "--", ...command], { folder });
      assertEquals(code, 0);
      assertMatch(stderr, /\n└─ exit code 0 .* 2 spans in 1 trace\n/);
    }),
});
