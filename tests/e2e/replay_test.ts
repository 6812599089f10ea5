import { assert, assertEquals } from "@std/assert";
import { type CollectorProcess, startTraceCollect } from "../../scripts/start_collector.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { changeSpan } from "../../src/model/change_span.ts";
import type { Span } from "../../src/model/span.ts";
import { openRecording } from "../../src/recording/open_recording.ts";
import { readSpans } from "../../src/recording/read_spans.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { replaySpan } from "../replay/replay_spans.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

const TRACE_COUNT = 12;
const MS = 1_000_000;

/** Traces of four spans each in the order of their ends, as a recording holds them. */
function tracesOf(makeSpan: (index: number, span: Span) => Span): Span[] {
  const spans = Array.from({ length: TRACE_COUNT }, (_, trace) => {
    const start = trace * 40 * MS + 123_000;
    return [
      replaySpan("d", start + 10 * MS, start + 20 * MS, { parentId: "c" }),
      replaySpan("c", start + 5 * MS, start + 25 * MS, { parentId: "a" }),
      replaySpan("b", start + 30 * MS, start + 90 * MS, { parentId: "a" }),
      replaySpan("a", start, start + 100 * MS),
    ].map((span) => makeSpan(trace, span));
  }).flat();
  return spans.sort((a, b) => Number(a.endTimeUnixNano! - b.endTimeUnixNano!));
}

function hexId(trace: number, id: string | undefined): string {
  return id === undefined ? "" : `00f067aa0ba9${trace.toString(16).padStart(2, "0")}0${id}`;
}

function gotraceSpan(trace: number, span: Span): Span {
  return {
    ...span,
    traceId: hexId(trace, "0"),
    spanId: hexId(trace, span.spanId),
    ...(span.parentId === undefined ? {} : { parentId: hexId(trace, span.parentId) }),
    startTimeUnixNano: span.startTimeUnixNano + 789n,
    startOffsetMinutes: 540,
    endOffsetMinutes: 540,
    kind: (["http", "function", "sql"] as const)[trace % 3],
    attributes: createAttributes([["query", 'SELECT "ü" \\ \n'], ["n", `${trace}`]]),
  };
}

function otlpSpan(trace: number, span: Span): Span {
  return {
    ...gotraceSpan(trace, span),
    startOffsetMinutes: undefined,
    endOffsetMinutes: undefined,
    traceId: `0af7651916cd43dd8448eb211c8031${trace.toString(16).padStart(2, "0")}`,
    kind: (["server", "internal", "client", "producer"] as const)[trace % 4],
    attributes: createAttributes([
      ["int", 9007199254740993n],
      ["double", 0.5],
      ["flag", true],
      ["list", ["a", 1n]],
      ["bytes", new Uint8Array([0, 255])],
    ]),
    events: [{
      timeUnixNano: span.startTimeUnixNano + 1n,
      name: "retry",
      attributes: createAttributes([["attempt", 2n]]),
    }],
    links: [{ traceId: "1".repeat(32), spanId: "2".repeat(16), attributes: createAttributes() }],
    status: { code: "error", message: "broken" },
    resource: createAttributes([["service.name", "shop"], ["host.cpus", 4n]]),
    scope: { name: "lib", version: "1.2" },
    traceState: "vendor=1",
    flags: 1,
  };
}

function zipkinSpan(trace: number, span: Span): Span {
  return {
    ...span,
    traceId: trace % 2 === 0 ? hexId(trace, "0") : hexId(trace, "0").repeat(2),
    spanId: hexId(trace, span.spanId),
    ...(span.parentId === undefined ? {} : { parentId: hexId(trace, span.parentId) }),
    kind: (["server", "internal", "client"] as const)[trace % 3],
    attributes: createAttributes([["http.path", "/users"], ["peer.service", "backend"]]),
    service: "frontend",
    events: [{
      timeUnixNano: span.startTimeUnixNano + 1000n,
      name: "retry",
      attributes: createAttributes(),
    }],
  };
}

function ssfSpan(trace: number, span: Span): Span {
  const decimal = (id: string): string => `${BigInt("0x" + hexId(trace, id))}`;
  return {
    ...span,
    traceId: decimal("0"),
    spanId: decimal(span.spanId),
    ...(span.parentId === undefined ? {} : { parentId: decimal(span.parentId) }),
    kind: "internal",
    attributes: createAttributes([["path", "/ü"]]),
    service: "shop",
    error: trace % 2 === 0,
    indicator: false,
    samples: [{ metric: "counter", name: "hits", value: 2, rate: 1 }],
  };
}

/** A receiver of each protocol, by the URL that names it, and spans of which it holds everything. */
const PROTOCOLS: readonly {
  readonly options: (folder: string) => string[];
  readonly url: (ready: CollectorProcess["ready"]) => string;
  readonly spans: readonly Span[];
}[] = [
  {
    options: () => [],
    url: ({ socket }) => `unix://${socket}`,
    spans: [
      ...tracesOf(gotraceSpan),
      changeSpan(gotraceSpan(90, replaySpan("e", 0, undefined)), { endOffsetMinutes: undefined }),
      // Of a ring and of a parent that is nowhere.
      gotraceSpan(91, replaySpan("a", 5, 6, { parentId: "b" })),
      gotraceSpan(91, replaySpan("b", 5, 6, { parentId: "a" })),
      gotraceSpan(92, replaySpan("a", 5, 4, { parentId: "f" })),
    ],
  },
  ...["", "otlp+json+"].map((prefix) => ({
    options: () => ["--otlp-http", "127.0.0.1:0"],
    url: ({ otlp_http }: CollectorProcess["ready"]) => `${prefix}http://${otlp_http}`,
    spans: tracesOf(otlpSpan),
  })),
  {
    options: () => ["--otlp-grpc", "127.0.0.1:0"],
    url: ({ otlp_grpc }) => `otlp+grpc://${otlp_grpc}`,
    spans: [
      ...tracesOf(otlpSpan),
      changeSpan(otlpSpan(90, replaySpan("e", 0, undefined)), { endOffsetMinutes: undefined }),
    ],
  },
  {
    options: () => ["--zipkin", "127.0.0.1:0"],
    url: ({ zipkin }) => `zipkin+http://${zipkin}`,
    spans: [
      ...tracesOf(zipkinSpan),
      changeSpan(zipkinSpan(90, replaySpan("e", 0, undefined)), { endOffsetMinutes: undefined }),
    ],
  },
  ...["udp://127.0.0.1:0", "tcp://127.0.0.1:0", "unix://"].map((address) => ({
    options: (folder: string) => [
      "--ssf",
      address === "unix://" ? `unix://${folder}/ssf.sock` : address,
    ],
    url: ({ ssf }: CollectorProcess["ready"]) => `ssf+${(ssf as string[])[0]}`,
    spans: tracesOf(ssfSpan),
  })),
];

async function readFile(path: string): Promise<Span[]> {
  await using opened = await openRecording(path);
  const spans: Span[] = [];
  for await (const message of readSpans(opened, new AbortController().signal)) {
    if (message.type === "spans") spans.push(...message.spans);
  }
  return spans;
}

/** The lines of spans in an order that does not depend on when they came. */
function sortedLines(spans: readonly Span[]): string[] {
  return spans.map((span) => encodeSpanLine(span)).sort();
}

/** Replays a file to a new collector of a protocol; returns what that recorded. */
async function replayTo(
  folder: string,
  file: string,
  protocol: typeof PROTOCOLS[number],
  args: readonly string[],
): Promise<{ url: string; path: string; summary: Record<string, unknown> }> {
  await Deno.mkdir(folder);
  const path = `${folder}/run.jsonl`;
  await using collector = await startTraceCollect(folder, [
    ...protocol.options(folder),
    ...["--out", path],
  ]);
  const url = protocol.url(collector.ready);
  const options = ["--to", url, "--json", ...args];
  const { code, stdout, stderr } = await runTrace(["replay", file, ...options], { folder });
  assertEquals(code, 0, `${url}: ${stderr}`);
  // A stream or a datagram has been sent when the kernel has it, and the collector may not have come to it.
  const ended = (await readFile(file)).filter(({ state }) => state === "ended").length;
  for (let turn = 0; turn < 500 && (await readFile(path)).length < ended; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await collector.stop();
  return { url, path, summary: JSON.parse(stdout) };
}

Deno.test("what is replayed is recorded as it was, over every protocol and at any speed", () =>
  inTemporaryFolder(async (folder) => {
    let count = 0;
    for (const protocol of PROTOCOLS) {
      const file = `${folder}/${count}.jsonl`;
      await Deno.writeTextFile(file, protocol.spans.map((span) => encodeSpanLine(span)).join(""));
      for (const speed of ["max", "10"]) {
        // Datagrams that come faster than they are read are lost.
        const args = ["--speed", speed, "--max-rate", "2000"];
        const { url, path, summary } = await replayTo(`${folder}/${count++}`, file, protocol, args);
        assertEquals(sortedLines(await readFile(path)), sortedLines(protocol.spans), url);
        assertEquals(
          [summary.spans, summary.sent_spans, summary.rejected, summary.not_sent],
          [protocol.spans.length, protocol.spans.length, {}, {}],
          url,
        );
        // Once more, from what was recorded: nothing drifts.
        if (speed === "max") {
          const again = await replayTo(`${folder}/${count++}`, path, protocol, args);
          assertEquals(sortedLines(await readFile(again.path)), sortedLines(protocol.spans), url);
        }
      }
    }
  }));

Deno.test("what a protocol cannot hold changes by its rules, and then no more", () =>
  inTemporaryFolder(async (folder) => {
    const spans = tracesOf(gotraceSpan);
    const file = `${folder}/gotrace.jsonl`;
    await Deno.writeTextFile(file, spans.map((span) => encodeSpanLine(span)).join(""));
    let count = 0;
    for (const protocol of PROTOCOLS.slice(1)) {
      const args = ["--speed", "max", "--max-rate", "2000"];
      const first = await replayTo(`${folder}/${count++}`, file, protocol, args);
      const received = await readFile(first.path);
      assertEquals(received.length, spans.length, first.url);
      const lost = { ...first.summary.left_out as object, ...first.summary.changed as object };
      assert(Object.keys(lost).length > 0, first.url);
      // The names and the trees stay, whatever else becomes of a span.
      const shape = (all: readonly Span[]): string[] => {
        const byId = new Map(all.map((span) => [`${span.traceId} ${span.spanId}`, span]));
        return all.map(({ name, traceId, parentId }) => {
          const parent = byId.get(`${traceId} ${parentId}`)?.name;
          return `${name} in ${parentId === undefined ? "nothing" : parent}`;
        }).sort();
      };
      assertEquals(shape(received), shape(spans), first.url);
      const second = await replayTo(`${folder}/${count++}`, first.path, protocol, args);
      assertEquals(sortedLines(await readFile(second.path)), sortedLines(received), first.url);
      assertEquals([second.summary.left_out, second.summary.changed], [{}, {}], first.url);
    }
  }));

Deno.test("replay goes to the running session, from a pipe and from every kind of file", () =>
  inTemporaryFolder(async (folder) => {
    const spans = tracesOf(gotraceSpan);
    const lines = spans.map((span) => encodeSpanLine(span)).join("");
    const events =
      `{"type":0,"span_id":"s","trace_id":"t","name":"n","kind":0,"time":"2026-03-11T10:00:00Z"}
{"type":1,"span_id":"s","trace_id":"t","name":"","kind":0,"time":"2026-03-11T10:00:01Z"}
`;
    const zipkin = JSON.stringify([{ traceId: "1a", id: "2b", timestamp: 5_000_000, duration: 5 }]);
    const gzipped = await new Response(
      new Blob([lines]).stream().pipeThrough(new CompressionStream("gzip")),
    ).bytes();
    const inputs: [string | Uint8Array, number, number][] = [
      [lines, spans.length, 0],
      [gzipped, spans.length, 0],
      [events, 1, 0],
      [zipkin, 1, 0],
      ["", 0, 0],
      // Cut off, and with a line that is none.
      [lines.slice(0, -20), spans.length - 1, 0],
      [lines + "what?\n", spans.length, 0],
      [gzipped.slice(0, -20), spans.length - 1, 0],
    ];
    await using collector = await startTraceCollect(folder, []);
    let expected = 0;
    for (const [stdin, count, code] of inputs) {
      const args = ["replay", "-", "--speed", "max", "--new-ids", "--json"];
      const result = await runTrace(args, { folder, stdin });
      assertEquals(result.code, code, result.stderr);
      assertEquals(JSON.parse(result.stdout).sent_spans, count, result.stderr);
      expected += count;
    }
    assertEquals((await collector.stop())?.spans, expected);
  }));

Deno.test("Ctrl-C stops a replay within a second, with the counts", () =>
  inTemporaryFolder(async (folder) => {
    const file = `${folder}/slow.jsonl`;
    const spans = [replaySpan("quick", 0, 1), replaySpan("slow", 0, 3600e9)];
    await Deno.writeTextFile(file, spans.map((span) => encodeSpanLine(span)).join(""));
    using listener = Deno.listen({ transport: "unix", path: `${folder}/s.sock` });
    const child = spawnTrace(["replay", file, "--to", `unix://${folder}/s.sock`, "--json"], {
      folder,
    });
    await child.stdin.close();
    // The first connection only looks whether somebody is there.
    (await listener.accept()).close();
    using connection = await listener.accept();
    let text = "";
    const bytes = new Uint8Array(4096);
    while (text.split("\n").length <= 3) {
      const length = await connection.read(bytes);
      text += new TextDecoder().decode(bytes.subarray(0, length!));
    }
    const stoppedMs = performance.now();
    child.kill("SIGINT");
    const { code, stdout, stderr } = await child.output();
    assert(performance.now() - stoppedMs < 1000);
    assertEquals(code, 1);
    const summary = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(
      [summary.outcome, summary.spans, summary.sent_spans, summary.not_sent],
      ["stopped", 2, 1, { stopped: 1 }],
    );
    assertEquals(new TextDecoder().decode(stderr), "");
  }));
