import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import { parseTimestamp } from "../../src/model/time.ts";
import { type EventRecord, parseEvent } from "../../src/wire/gotrace/event.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { replaySpan } from "../replay/replay_spans.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const RECORDING = [
  replaySpan("b", 2_000_000, 3_000_000, { parentId: "a" }),
  replaySpan("a", 0, 4_000_000, { kind: "http" }),
  replaySpan("hung", 1_000_000, undefined),
].map((span) => encodeSpanLine(span)).join("");

/** Runs a test with a socket that keeps what arrives on all connections. */
function withCollector(
  test: (path: string, events: () => Promise<EventRecord[]>) => Promise<void>,
): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const path = `${folder}/s.sock`;
    const listener = Deno.listen({ transport: "unix", path });
    const texts: Promise<string>[] = [];
    const sawEnd = Promise.withResolvers<void>();
    const serving = (async () => {
      for await (const conn of listener) {
        const text = new Response(conn.readable).text();
        texts.push(text);
        text.then((text) => text === END && sawEnd.resolve());
      }
    })();
    try {
      await test(path, async () => {
        // Connections are accepted in order: once this one is, all others have been.
        const last = await Deno.connect({ transport: "unix", path });
        await last.write(new TextEncoder().encode(END));
        last.close();
        await sawEnd.promise;
        const text = (await Promise.all(texts)).filter((text) => text !== END).join("");
        return text.split("\n").slice(0, -1).map(parseEvent);
      });
    } finally {
      listener.close();
      await serving;
      await Promise.all(texts);
    }
  });
}

const END = "end\n";

function marks(events: readonly EventRecord[]): string {
  return events.map(({ type, span_id }) => (type === 0 ? "+" : "-") + span_id).join(" ");
}

Deno.test("replay sends a recording at its pace and says how it went", () =>
  withCollector(async (path, events) => {
    const io = createCapturedIo({ stdin: RECORDING });
    assertEquals(await main(["replay", "-", "--to", `unix://${path}`], io), 0);
    assertEquals(marks(await events()), "+a +hung +b -b -a");
    assertMatch(io.err, /^sent 3 spans \(5 events\) in [\d.]+ms, lag p95 [\d.]+(ms|µs)\n$/);
    assertEquals(io.out, "");
  }));

Deno.test("TRACE_SOCKET is the target when none is named", () =>
  withCollector(async (path, events) => {
    const io = createCapturedIo({ stdin: RECORDING, env: { TRACE_SOCKET: path } });
    assertEquals(await main(["replay", "-", "--speed", "max", "--until", "1500us"], io), 2);
    assertEquals(await main(["replay", "-", "--speed", "max", "--until", "1ms"], io), 0);
    assertEquals(marks(await events()), "+a -a");
    assertMatch(
      io.err,
      /sent 1 span \(2 events\) in [\d.]+(ms|µs), [\d,]+ spans\/s\nNot chosen: 2 spans\n$/,
    );
  }));

Deno.test("a loop with new ids and times of now never repeats a span", () =>
  withCollector(async (path, events) => {
    const io = createCapturedIo({ stdin: RECORDING, env: { TRACE_SOCKET: path } });
    const before = BigInt(Date.now()) * 1_000_000n;
    const args = ["--speed", "max", "--loop", "3", "--new-ids", "--shift-now"];
    assertEquals(await main(["replay", "-", ...args], io), 0);
    const sent = await events();
    assertEquals(sent.length, 15);
    const starts = sent.filter(({ type }) => type === 0);
    assertEquals(new Set(starts.map(({ span_id }) => span_id)).size, 9);
    assertEquals(new Set(starts.map(({ trace_id }) => trace_id)).size, 3);
    const ids = new Set(starts.map(({ span_id }) => span_id));
    assertEquals(starts.filter(({ parent_id }) => parent_id && ids.has(parent_id)).length, 3);
    assert(starts.every(({ time }) => parseTimestamp(time)!.unixNano >= before));
    assertStringIncludes(io.err, "sent 9 spans (15 events)");
  }));

Deno.test("without a target or a file, replay says what to do", () =>
  inTemporaryFolder(async (folder) => {
    const env = { XDG_RUNTIME_DIR: folder };
    const cases: [string[], number, string][] = [
      [["-", "--to", `unix://${folder}/none.sock`], 1, "trace collect"],
      [["-", "--to", "localhost:4318"], 2, "unix:///PATH"],
      [["-", "--to", "http://127.0.0.1:1"], 1, "nobody listens there"],
      [["-", "--to", "unix:///x", "--loop", "0"], 2, "at least 1"],
      [["-", "--to", "unix:///x", "--copies", "0"], 2, "at least 1"],
      [["-", "--to", "unix:///x", "--max-rate", "fast"], 2, "spans a second"],
      [["-", "--to", "unix:///x", "--window", "big"], 2, "64MiB"],
      [["-", "--to", `unix://${folder}/none.sock`, "--speed", "-1"], 2, "max"],
      [["-", "--from", "noon", "--to", "unix:///x"], 2, "2026-03-11T19:00:00Z"],
      [[], 2, "file"],
    ];
    for (const [args, exitCode, hint] of cases) {
      const io = createCapturedIo({ stdin: RECORDING, env });
      assertEquals(await main(["replay", ...args], io), exitCode, args.join(" "));
      assertStringIncludes(io.err, hint);
    }
  }));

Deno.test("a file without spans is replayed at once, and the replay says so", () =>
  withCollector(async (path, events) => {
    const io = createCapturedIo({ env: { TRACE_SOCKET: path } });
    assertEquals(await main(["replay", "-"], io), 0);
    assertEquals(io.err, "sent 0 spans: there are none\n");
    assertEquals(await events(), []);
  }));

Deno.test("a target that is not there is told, with why", async () => {
  for (
    const [url, reason] of [
      ["unix:///nobody/listens.sock", "there is no such socket"],
      ["http://127.0.0.1:9", "nobody listens there"],
      ["otlp+grpc://no.such.host.invalid:4317", "no such host is known"],
    ] as const
  ) {
    const io = createCapturedIo({ stdin: RECORDING });
    assertEquals(await main(["replay", "-", "--to", url], io), 1);
    assertStringIncludes(io.err, `trace: Cannot reach ${url}: ${reason}; start a collector with`);
    assertMatch(io.err, /^sent 0 spans\nNot sent: gave_up \(3 spans\)\n/);
  }
});

Deno.test("a file that is not there is told", () =>
  withCollector(async (path) => {
    const io = createCapturedIo({ env: { TRACE_SOCKET: path } });
    assertEquals(await main(["replay", "/no/such.jsonl"], io), 1);
    assertStringIncludes(io.err, '"/no/such.jsonl"');
  }));

Deno.test("a replay that is stopped ends at once with its counts", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/s.sock`;
    using listener = Deno.listen({ transport: "unix", path });
    const stop = new AbortController();
    const io = createCapturedIo({
      stdin: encodeSpanLine(replaySpan("slow", 0, 3600e9)),
      env: { TRACE_SOCKET: path },
      signal: stop.signal,
    });
    const running = main(["replay", "-"], io);
    // The first connection only looks whether somebody is there.
    (await listener.accept()).close();
    using connection = await listener.accept();
    const bytes = new Uint8Array(1024);
    const length = await connection.read(bytes);
    assertStringIncludes(new TextDecoder().decode(bytes.subarray(0, length!)), '"slow"');
    const stoppedMs = performance.now();
    // Once more round the event loop, so that the replay has seen its write end.
    setTimeout(() => stop.abort("SIGINT"), 0);
    assertEquals(await running, 1);
    assert(performance.now() - stoppedMs < 1000);
    assertMatch(io.err, /sent 0 spans \(1 event\) in /);
    assertStringIncludes(io.err, "Stopped with 1 span left");
  }));

Deno.test("--where sends the traces that match, whole, also from standard input", () =>
  withCollector(async (path, events) => {
    const input = RECORDING + [
      replaySpan("x", 0, 9, { traceId: "t2", kind: "sql" }),
      replaySpan("y", 0, 9, { traceId: "t3" }),
    ].map((span) => encodeSpanLine(span)).join("");
    for (
      const [where, count] of [
        ["kind = http", 3],
        ["kind = sql || kind = http", 4],
        ["{ kind = http } >> { kind = function }", 3],
        ["name = nothing", 0],
      ] as const
    ) {
      const io = createCapturedIo({ stdin: input, env: { TRACE_SOCKET: path } });
      const args = ["replay", "-", "--speed", "max", "--json", "--new-ids", "--where", where];
      assertEquals(await main(args, io), 0, io.err);
      const summary = JSON.parse(io.out);
      assertEquals([summary.sent_spans, summary.filtered, summary.spans], [count, 5 - count, 5]);
      if (count === 0) assertStringIncludes(io.err, "No trace matches name = nothing");
    }
    assertEquals((await events()).filter(({ type }) => type === 0).length, 10);
    const io = createCapturedIo({ stdin: input, env: { TRACE_SOCKET: path } });
    assertEquals(await main(["replay", "-", "--where", "duration >"], io), 2);
    assertStringIncludes(io.err, "--where");
  }));

Deno.test("--where chooses as many traces as --max-traces allows, and says when there are more", () =>
  withCollector(async (path, events) => {
    const input = ["t1", "t2", "t3", "t2"].map((traceId, i) =>
      encodeSpanLine(replaySpan(`${i}`, i, i + 9, { traceId, kind: "sql" }))
    ).join("");
    // The spans of a trace are looked at together once its last has come.
    for (const [where, first] of [["kind = sql", 3], ["count() > 0", 2]] as const) {
      const io = createCapturedIo({ stdin: input, env: { TRACE_SOCKET: path } });
      const args = ["replay", "-", "--speed", "max", "--json", "--where", where, "--max-traces"];
      assertEquals(await main([...args, "2"], io), 1);
      assertStringIncludes(io.err, "--where finds more than 2 traces: only the first are sent");
      const { sent_spans, filtered } = JSON.parse(io.out);
      assertEquals([sent_spans, filtered], [first, 4 - first]);
      const enough = createCapturedIo({ stdin: input, env: { TRACE_SOCKET: path } });
      assertEquals(await main([...args, "3"], enough), 0, enough.err);
      assertEquals(enough.err, "");
    }
    assertEquals((await events()).length, 2 * (3 + 4 + 2 + 4));
  }));

Deno.test("--json prints one object with all counts, under names that stay", () =>
  withCollector(async (path) => {
    const io = createCapturedIo({
      stdin: RECORDING + "what?\n",
      env: { TRACE_SOCKET: path },
    });
    const args = ["replay", "-", "--json", "--speed", "100", "--copies", "2", "--loop", "2"];
    assertEquals(await main([...args, "--max-rate", "1000", "--concurrency", "2"], io), 0);
    assertEquals(io.out.split("\n").length, 2);
    const { elapsed_ms, rate, lag_p50_ms, lag_p95_ms, lag_max_ms, ...rest } = JSON.parse(io.out);
    assertEquals(rest, {
      event: "summary",
      outcome: "done",
      to: `unix://${path}`,
      spans: 12,
      sent_spans: 12,
      sent_events: 20,
      rejected: {},
      not_sent: {},
      filtered: 0,
      left_out: {},
      changed: {},
      out_of_order: 0,
      passes: 2,
      retries: 0,
      broken_connections: 0,
    });
    assert(elapsed_ms > 0 && rate > 0);
    assert(lag_p50_ms <= lag_p95_ms && lag_p95_ms <= lag_max_ms);
    assertMatch(io.err, /^trace: standard input is damaged: .*\n$/);
  }));
