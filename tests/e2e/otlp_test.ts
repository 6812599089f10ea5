import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import * as zlib from "node:zlib";
import { type CollectorProcess, startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

type Json = Record<string, unknown>;

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const ANY_PORT = ["--otlp-http", "127.0.0.1:0", "--otlp-grpc", "off", "--zipkin", "127.0.0.1:0"];

async function post(
  collector: CollectorProcess,
  body: unknown,
  { path = "/v1/traces", receiver = "otlp_http", headers = {} } = {},
): Promise<Response> {
  const response = await fetch(`http://${collector.ready[receiver]}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: body instanceof Uint8Array ? body as BodyInit : JSON.stringify(body),
  });
  await response.body?.cancel();
  return response;
}

function request(...spans: Json[]): Json {
  const all = spans.map((span) => ({
    traceId: TRACE_ID,
    startTimeUnixNano: "1000000000",
    ...span,
  }));
  return { resourceSpans: [{ scopeSpans: [{ spans: all }] }] };
}

function spanId(number: number): string {
  return number.toString(16).padStart(16, "0");
}

async function recordedSpans(path: string): Promise<Json[]> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line)).filter((line) => "id" in line);
}

Deno.test("a span without an end is shown while it runs, and recorded once", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    const collector = await startTraceCollect(folder, [...ANY_PORT, "--out", out]);
    const ends = { spanId: spanId(1), name: "ends" };
    const hangs = { spanId: spanId(2), name: "hangs" };
    assertEquals((await post(collector, request(ends, hangs))).status, 200);
    const running = await runTrace(["view", "--no-follow"], { folder });
    assertMatch(running.stdout, /ends.*running[^]*hangs.*running/);
    const ended = { ...ends, endTimeUnixNano: "2000000000" };
    assertEquals((await post(collector, request(ended))).status, 200);
    const summary = await collector.stop();
    assertEquals(
      ["received", "accepted", "spans", "unfinished", "recorded"].map((field) => summary?.[field]),
      [3, 3, 1, 1, 2],
    );
    const spans = await recordedSpans(out);
    assertEquals(
      spans.map(({ name, end_time, unfinished, running }) => [name, end_time, unfinished, running]),
      [
        ["ends", "1970-01-01T00:00:02Z", undefined, undefined],
        ["hangs", undefined, true, undefined],
      ],
    );
  }));

Deno.test("Zipkin's JSON is taken on its port and on OTLP's", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    const collector = await startTraceCollect(folder, [...ANY_PORT, "--out", out]);
    const span = { traceId: TRACE_ID, id: spanId(1), name: "v2", timestamp: 1, duration: 5 };
    for (const receiver of ["zipkin", "otlp_http"]) {
      for (const path of ["/api/v2/spans", "/api/v1/spans"]) {
        const { status } = await post(collector, [span], { path, receiver });
        assertEquals([receiver, path, status], [receiver, path, 202]);
      }
    }
    assertEquals((await post(collector, {}, { receiver: "zipkin" })).status, 404);
    const summary = await collector.stop();
    assertEquals([summary?.accepted, summary?.rejected], [4, { not_found: 1 }]);
    assertEquals((await recordedSpans(out)).map(({ name }) => name), ["v2", "v2", "v2", "v2"]);
  }));

Deno.test("bombs, slow senders and garbage disturb nobody, and memory stays bounded", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    const collector = await startTraceCollect(folder, [...ANY_PORT, "--out", out]);
    const [hostname, port] = String(collector.ready.otlp_http).split(":");
    const member = zlib.gzipSync(new Uint8Array(64 * 1024 * 1024));
    const bomb = new Uint8Array(member.length * 16);
    for (let at = 0; at < bomb.length; at += member.length) bomb.set(member, at);
    const slow: Deno.Conn[] = [];
    for (let count = 0; count < 100; count++) {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      slow.push(connection);
      const head =
        "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
        "Content-Length: 60000000\r\n\r\n{";
      await connection.write(new TextEncoder().encode(head.slice(0, head.length - count)));
    }
    const bombs = Array.from({ length: 8 }, async () => {
      const headers = { "content-encoding": "gzip" };
      assertEquals((await post(collector, bomb, { headers })).status, 413);
    });
    const garbage = Array.from({ length: 50 }, async (_, length) => {
      assertEquals((await post(collector, new Uint8Array(length).fill(7))).status, 400);
    });
    const good = Array.from({ length: 100 }, async (_, index) => {
      const spans = Array.from({ length: 100 }, (_, number) => ({
        spanId: index === 50 && number === 50 ? "bad" : spanId(index * 100 + number + 1),
        endTimeUnixNano: "2000000000",
        name: "good",
      }));
      assertEquals((await post(collector, request(...spans))).status, 200);
    });
    await Promise.all([...bombs, ...garbage, ...good]);
    const status = Deno.build.os === "linux"
      ? await Deno.readTextFile(`/proc/${collector.pid}/status`)
      : "";
    for (const connection of slow) connection.close();
    const summary = await collector.stop();
    const rejected = summary?.rejected as Record<string, number>;
    assertEquals([summary?.spans, summary?.recorded], [9_999, 9_999]);
    assertEquals([rejected.too_long, rejected.malformed, rejected.invalid_id], [8, 50, 1]);
    const all = Object.values(rejected).reduce((sum, count) => sum + count, 0);
    assertEquals([summary?.received, summary?.dropped], [9_999 + all, {}]);
    const peakMb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    assert(peakMb < 600, `${peakMb} MB`);
  }));

Deno.test("web pages may send only where that was asked for", () =>
  inTemporaryFolder(async (folder) => {
    const origin = "https://app.example";
    const options = ["--cors", origin, "--cors", "https://other.example"];
    await using collector = await startTraceCollect(folder, [...ANY_PORT, ...options]);
    const allowed = await post(collector, request(), { headers: { origin } });
    assertEquals(
      [allowed.status, allowed.headers.get("access-control-allow-origin")],
      [200, origin],
    );
    const headers = { origin: "https://evil.example" };
    assertEquals((await post(collector, request(), { headers })).status, 403);
  }));

Deno.test("a port that was asked for and is taken is an error that names who has it", () =>
  inTemporaryFolder(async (folder) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const address = `127.0.0.1:${taken.addr.port}`;
    for (const option of ["--otlp-http", "--otlp-grpc", "--zipkin"]) {
      const others = ["--otlp-http", "off", "--otlp-grpc", "off", "--zipkin", "off"];
      const { code, stderr } = await runTrace(["collect", ...others, option, address], { folder });
      assertEquals([option, code], [option, 1]);
      assertStringIncludes(stderr, address);
      if (Deno.build.os === "linux") assertStringIncludes(stderr, `(process ${Deno.pid})`);
    }
    assertEquals([...Deno.readDirSync(`${folder}/trace`)], []);
  }));

Deno.test("a standard port that is taken is a warning, and the rest is received", () =>
  inTemporaryFolder(async (folder) => {
    using taken = tryListen(4318);
    const { code, stdout, stderr } = await runTrace([
      ...["collect", "--json", "--quiet", "--for", "50ms"],
      ...["--otlp-grpc", "127.0.0.1:0", "--zipkin", "off"],
    ], { folder });
    const [ready] = stdout.split("\n").map((line) => line && JSON.parse(line));
    assertEquals([code, ready.otlp_http, ready.zipkin], [0, undefined, undefined]);
    assertMatch(ready.otlp_grpc, /^127\.0\.0\.1:\d+$/);
    assertStringIncludes(stderr, "127.0.0.1:4318");
    if (Deno.build.os === "linux" && taken !== undefined) {
      assertStringIncludes(stderr, `(process ${Deno.pid})`);
    }
  }));

/** Takes a port, unless another process of this machine has it already. */
function tryListen(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

Deno.test("listening to the network is said", () =>
  inTemporaryFolder(async (folder) => {
    const { code, stderr } = await runTrace([
      ...["collect", "--quiet", "--for", "50ms"],
      ...["--otlp-http", "0.0.0.0:0", "--otlp-grpc", "off", "--zipkin", "off"],
    ], { folder });
    assertEquals(code, 0);
    assertStringIncludes(stderr, "from the network");
  }));
