import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { parseTimestamp } from "../../src/model/time.ts";
import type { ReplayClock } from "../../src/replay/replay_clock.ts";
import type {
  ReadReplayInput,
  ReplayInput,
  ReplayOptions,
} from "../../src/replay/replay_options.ts";
import { replaySpans } from "../../src/replay/replay_spans.ts";
import type { ReplaySummary } from "../../src/replay/replay_summary.ts";
import { rejected, retryAfter, type SendResult, SENT } from "../../src/transport/send_result.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { BASE_NANO, eventMarks, parseEvents, recorded, replaySpan } from "./replay_spans.ts";

/** A clock that only moves when somebody sleeps. */
class FakeClock implements ReplayClock {
  ms = 0;

  nowMs(): number {
    return this.ms;
  }

  async sleep(ms: number, _signal: AbortSignal): Promise<void> {
    // Whatever was handed over before is under way by then.
    for (let turn = 0; turn < 50; turn++) await undefined;
    this.ms += Math.max(ms, 0.25);
  }
}

/** A receiver whose answers the test gives; `SENT` if it gives none. */
class ScriptedTransport implements Transport {
  text = "";
  messageCount = 0;
  isClosed = false;
  answer: (text: string) => SendResult | Promise<SendResult> = () => SENT;

  send(batch: Uint8Array): SendResult | Promise<SendResult> {
    this.messageCount++;
    const text = new TextDecoder().decode(batch);
    const result = this.answer(text);
    if (!(result instanceof Promise) && result.status === "ok") this.text += text;
    return result;
  }

  sendAtExit(): boolean {
    return false;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

function inputOf(spans: readonly Span[]): ReadReplayInput {
  return async function* (): AsyncGenerator<ReplayInput> {
    for (let at = 0; at < spans.length; at += 100) {
      yield { type: "spans", spans: spans.slice(at, at + 100) };
    }
  };
}

/** Replays to a scripted receiver with a fake clock, and checks that the counters add up. */
async function replay(
  spans: readonly Span[],
  options: Partial<ReplayOptions> & { transport?: ScriptedTransport } = {},
): Promise<{ summary: ReplaySummary; transport: ScriptedTransport }> {
  const { transport = new ScriptedTransport(), ...rest } = options;
  const summary = await replaySpans(inputOf(spans), {
    to: "unix:///scripted",
    openTransport: () => transport,
    clock: new FakeClock(),
    ...rest,
  });
  assertAddsUp(summary);
  return { summary, transport };
}

function assertAddsUp(summary: ReplaySummary): void {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  assertEquals(
    summary.spanCount,
    summary.sentSpanCount + summary.filteredCount + sum(summary.rejected) + sum(summary.notSent),
  );
}

function manySpans(count: number): Span[] {
  return recorded(
    Array.from({ length: count }, (_, i) => replaySpan(`${i}`, i * 1000, i * 1000 + 500)),
  );
}

Deno.test("events are sent when they are due, at the recorded pace or a multiple", async () => {
  const spans = [replaySpan("b", 40e6, 60e6), replaySpan("a", 0, 100e6)];
  for (const [speed, expected] of [[1, [0, 40, 60, 100]], [4, [0, 10, 15, 25]]] as const) {
    const clock = new FakeClock();
    const times: number[] = [];
    const transport = new ScriptedTransport();
    transport.answer = () => {
      times.push(clock.ms);
      return SENT;
    };
    const { summary } = await replay(spans, { speed, clock, transport });
    assertEquals(times.map(Math.floor), expected);
    assertEquals(summary.outcome, "done");
    assertEquals([summary.sentSpanCount, summary.sentEventCount], [2, 4]);
    assert(summary.lagMs!.p95 < 1, `lag ${summary.lagMs!.p95}`);
    assertEquals(eventMarks(parseEvents(transport.text)), "+a +b -b -a");
  }
});

Deno.test("whole spans are sent when they ended", async () => {
  const clock = new FakeClock();
  const times: [number, string][] = [];
  const transport = new ScriptedTransport();
  transport.answer = (text) => {
    const names = Array.from(text.matchAll(/"name":"span (\w+)"/g), ([, name]) => name);
    times.push([Math.floor(clock.ms), names.join()]);
    return SENT;
  };
  const spans = recorded([
    replaySpan("b", 40e6, 60e6),
    replaySpan("hung", 80e6, undefined),
    replaySpan("a", 20e6, 100e6),
  ]);
  const { summary } = await replay(spans, { to: "otlp+json+http://localhost", clock, transport });
  assertEquals(times, [[0, "b"], [20, "hung"], [40, "a"]]);
  assertEquals([summary.sentSpanCount, summary.sentEventCount], [3, 0]);
  assertEquals(summary.changed.no_end_time, 1);
});

Deno.test("spans that lasted longer than the window holds start in time when the input can be read ahead", async () => {
  const long = [
    replaySpan("ended", 10_500, 900_000),
    // Neither an event of go-trace nor a line holds it as it is.
    replaySpan("typed", 20_500, 900_001, { attributes: { count: 7n } }),
    replaySpan("hung", 30_500, undefined),
    replaySpan("back", 40_500, 5_000),
  ];
  const short = manySpans(1000);
  for (const late of [long, recorded(long)]) {
    const spans = [...short.slice(0, 900), ...late, ...short.slice(900)];
    const options = { speed: 1000, windowBytes: 40_000 };
    const { summary: without } = await replay(spans, options);
    assertEquals(without.outOfOrderCount, 5);
    const { summary, transport } = await replay(spans, { ...options, readsAhead: true });
    assertEquals(summary.sentSpanCount, 1004);
    const events = parseEvents(transport.text);
    assertEquals(events.length, 2007);
    // The end of the clock that went backwards came after its start, and that was long ago.
    assertEquals(summary.outOfOrderCount, 1);
    const starts = events.filter(({ type }) => type === 0)
      .map(({ time }) => Number(parseTimestamp(time)!.unixNano - BASE_NANO));
    assertEquals(starts, starts.toSorted((a, b) => a - b));
    for (const span of long) {
      const [first, second] = events.filter(({ span_id }) => span_id === span.spanId);
      assertEquals([first.type, second?.type], [0, span.state === "ended" ? 1 : undefined]);
    }
  }
});

Deno.test("a replay that ends before a span that it has started is read counts what was read", async () => {
  const short = manySpans(1000);
  const spans = [...short.slice(0, 900), replaySpan("long", 10_500, 900_000), ...short.slice(900)];
  const options = { speed: 1, windowBytes: 40_000, readsAhead: true };
  const { transport: { messageCount } } = await replay(spans, options);
  for (const failsAt of [1, 2, messageCount >> 1, messageCount]) {
    const transport = new ScriptedTransport();
    transport.answer = () =>
      transport.messageCount < failsAt ? SENT : retryAfter(70_000, "http_503");
    const { summary } = await replay(spans, { ...options, transport });
    assertEquals([summary.outcome, summary.spanCount], ["failed", 1001]);
  }
});

Deno.test("a slow target makes the replay late, and the lag says so", async () => {
  const clock = new FakeClock();
  const transport = new ScriptedTransport();
  transport.answer = () => {
    clock.ms += 50;
    return SENT;
  };
  const { summary } = await replay(manySpans(100), { clock, transport });
  assertEquals(summary.outcome, "done");
  const { p95, max } = summary.lagMs!;
  assert(p95 >= 45 && p95 <= 105 && max >= p95, `lag ${p95}, ${max}`);
});

Deno.test("a target that is slow holds the replay back instead of filling the memory", async () => {
  const transport = new ScriptedTransport();
  const { promise, resolve } = Promise.withResolvers<void>();
  let readCount = 0;
  transport.answer = () => promise.then(() => SENT);
  const running = replaySpans(
    async function* (): AsyncGenerator<ReplayInput> {
      for (const spans of Array.from({ length: 100 }, () => manySpans(1000))) {
        readCount += spans.length;
        yield { type: "spans", spans, byteLength: 100_000 };
      }
    },
    {
      to: "unix:///scripted",
      openTransport: () => transport,
      speed: "max",
      windowBytes: 1_000_000,
    },
  );
  while (transport.messageCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(transport.messageCount, 1);
  // A window of 10,000 and two batches.
  assert(readCount <= 13_000, `${readCount} spans were read`);
  resolve();
  assertEquals((await running).sentSpanCount, 100_000);
});

Deno.test("spans are chosen by their start, absolute or from the first one, and by a test", async () => {
  const spans = [replaySpan("c", 20, 30), replaySpan("b", 10, 35), replaySpan("a", 0, 100)];
  const chosen = async (options: Partial<ReplayOptions>): Promise<string> => {
    const { transport, summary } = await replay(spans, options);
    assertEquals(summary.filteredCount, 3 - summary.sentSpanCount);
    return eventMarks(parseEvents(transport.text));
  };
  assertEquals(await chosen({ from: { sinceFirstNano: 10n } }), "+b +c -c -b");
  assertEquals(await chosen({ until: { unixNano: BASE_NANO + 20n } }), "+a +b -b -a");
  assertEquals(
    await chosen({ from: { unixNano: BASE_NANO + 1n }, until: { sinceFirstNano: 20n } }),
    "+b -b",
  );
  assertEquals(await chosen({ select: ({ spanId }) => spanId === "c" }), "+c -c");
});

Deno.test("spans that no event line can hold are left out and counted", async () => {
  const { transport, summary } = await replay([
    replaySpan("long", 0, 1, { attributes: { text: "ä".repeat(600_000) } }),
    replaySpan("fits", 0, 1, { attributes: { text: "ä".repeat(500_000) } }),
    replaySpan("hung", 0, undefined, { attributes: { text: "x".repeat(2 ** 20) } }),
  ]);
  assertEquals(eventMarks(parseEvents(transport.text)), "+fits -fits");
  assertEquals(summary.notSent, { too_long: 2 });
});

Deno.test("a time that cannot be moved is counted, and everything else is sent", async () => {
  const years = (count: number): number => count * 365 * 86_400e9;
  for (const read of [(spans: readonly Span[]) => spans, recorded]) {
    const spans = read([replaySpan("a", 0, 5), replaySpan("far", years(7960), years(7960))]);
    const { summary } = await replay(
      [...read([replaySpan("first", -years(500), 1)]), ...spans],
      { shiftNow: true, speed: "max" },
    );
    assertEquals(summary.notSent, { time_out_of_range: 1 });
    assertEquals(summary.sentSpanCount, 2);
  }
});

Deno.test("a replay shifted to now starts now, and each pass after the one before", async () => {
  for (const read of [(spans: readonly Span[]) => spans, recorded]) {
    const before = BigInt(Date.now()) * 1_000_000n;
    const spans = read([replaySpan("a", 7, 3_600e9 + 7), replaySpan("b", 50, 100)]);
    const { transport, summary } = await replay(spans, {
      shiftNow: true,
      speed: "max",
      loop: 3,
      newIds: true,
    });
    const events = parseEvents(transport.text);
    const times = events.map(({ time }) => parseTimestamp(time)!.unixNano);
    const first = times[0];
    assert(first >= before && first <= BigInt(Date.now()) * 1_000_000n, `${first}`);
    const hour = 3_600_000_000_000n;
    assertEquals(times.map((time) => time - first), [
      ...[0n, 43n, 93n, hour],
      ...[hour + 1n, hour + 44n, hour + 94n, 2n * hour + 1n],
      ...[2n * hour + 2n, 2n * hour + 45n, 2n * hour + 95n, 3n * hour + 2n],
    ]);
    assertEquals(new Set(events.map(({ trace_id }) => trace_id)).size, 3);
    assertEquals([summary.passCount, summary.spanCount], [3, 6]);
  }
});

Deno.test("copies stand beside the recorded spans, each with its own tree", async () => {
  const spans = recorded([replaySpan("b", 2, 3, { parentId: "a" }), replaySpan("a", 0, 9)]);
  const { transport, summary } = await replay(spans, { copies: 3 });
  const starts = parseEvents(transport.text).filter(({ type }) => type === 0);
  assertEquals([summary.spanCount, summary.sentSpanCount, starts.length], [6, 6, 6]);
  const roots = starts.filter(({ parent_id }) => parent_id === undefined);
  assertEquals(new Set(roots.map(({ trace_id }) => trace_id)).size, 3);
  assert(roots.some(({ span_id, trace_id }) => span_id === "a" && trace_id === "t1"));
  for (const { span_id, trace_id, parent_id } of starts) {
    if (span_id === "a" || parent_id === undefined) continue;
    assert(roots.some((root) => root.span_id === parent_id && root.trace_id === trace_id));
  }
});

Deno.test("a rate is a bound, also after the target held everything up", async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const transport = new ScriptedTransport();
  transport.answer = (text) => {
    for (const { type } of parseEvents(text)) if (type === 0) times.push(clock.ms);
    if (times.length === 51) clock.ms += 1000;
    return SENT;
  };
  const { summary } = await replay(manySpans(101), {
    speed: "max",
    maxRate: 100,
    clock,
    transport,
  });
  assertEquals(summary.sentSpanCount, 101);
  const elapsed = times[100] - times[0];
  assert(elapsed >= 1900 && elapsed < 2100, `${elapsed} ms`);
  for (let index = 10; index < times.length; index++) {
    assert(times[index] - times[index - 10] >= 70, `${times[index - 10]}, ${times[index]}`);
  }
});

Deno.test("several connections share the work, and a trace's events stay on one", async () => {
  const transports: ScriptedTransport[] = [];
  const openTransport = (): ScriptedTransport => {
    transports.push(new ScriptedTransport());
    return transports.at(-1)!;
  };
  const spans = recorded(Array.from({ length: 3000 }, (_, i) => {
    return replaySpan(`${i}`, i, i + 50, { traceId: `t${i % 100}` });
  }));
  const options = { speed: "max", concurrency: 4, openTransport } as const;
  await replay(spans, options);
  const tracesOf = transports.map(({ text }) =>
    new Set(parseEvents(text).map(({ trace_id }) => trace_id))
  );
  assert(tracesOf.every(({ size }) => size > 5), `${tracesOf.map(({ size }) => size)}`);
  assertEquals(tracesOf.reduce((sum, { size }) => sum + size, 0), 100);
  assert(transports.every(({ isClosed }) => isClosed));

  transports.length = 0;
  const { summary } = await replay(spans, { ...options, to: "otlp+json+http://localhost" });
  assertEquals(summary.sentSpanCount, 3000);
  assert(transports.every(({ messageCount }) => messageCount > 0));
});

Deno.test("a message that was lost on the way is not sent again, and its spans are counted", async () => {
  const transport = new ScriptedTransport();
  transport.answer = () => transport.messageCount === 3 ? rejected("connection_lost") : SENT;
  const { summary } = await replay(manySpans(5000), { speed: "max", transport });
  assertEquals(summary.outcome, "done");
  const { connection_lost: lost } = summary.notSent;
  assert(lost > 0 && lost < 1000, `${lost}`);
  assertEquals(summary.brokenConnectionCount, 1);
  const starts = new Set<string>();
  let whole = 0;
  for (const { type, span_id } of parseEvents(transport.text)) {
    if (type === 0) starts.add(span_id);
    else if (starts.has(span_id)) whole++;
  }
  assertEquals(summary.sentSpanCount, whole);
});

Deno.test("what is asked for again is sent again, until it is taken", async () => {
  const transport = new ScriptedTransport();
  const answers = [retryAfter(700, "http_429"), retryAfter(20, "http_503"), SENT];
  transport.answer = () => answers[Math.min(transport.messageCount, answers.length) - 1];
  const clock = new FakeClock();
  const { summary } = await replay(manySpans(100), { transport, clock, to: "http://localhost" });
  assertEquals([summary.outcome, summary.retryCount, summary.sentSpanCount], ["done", 2, 100]);
  assert(clock.ms >= 720, `${clock.ms} ms`);
});

Deno.test("a target that takes nothing ends the replay after bounded attempts, with all counted", async () => {
  const cases: [() => SendResult, string, string][] = [
    [() => retryAfter(100), "could not be reached for 10 s", "gave_up"],
    [() => retryAfter(15_000, "http_429"), "took nothing for 30 s (http_429)", "gave_up"],
    [
      () => retryAfter(3_600_000, "http_429"),
      "asked to wait more than a minute (http_429)",
      "gave_up",
    ],
    [() => rejected("write_timeout"), "did not read for 10 s", "write_timeout"],
    [() => rejected("connection_lost"), "broke 10 times", "connection_lost"],
    [() => rejected("http_401", "who are you?"), "10 messages in a row (http_401: who", "http_401"],
    [() => rejected("not_permitted"), "not permitted", "not_permitted"],
  ];
  for (const [answer, words, reason] of cases) {
    const transport = new ScriptedTransport();
    transport.answer = answer;
    const clock = new FakeClock();
    const { summary } = await replay(manySpans(20_000), {
      speed: "max",
      clock,
      transport,
      to: "zipkin+http://localhost",
    });
    assertEquals([summary.outcome, summary.sentSpanCount], ["failed", 0]);
    assertStringIncludes(summary.error!, words);
    assertStringIncludes(summary.error!, "Gave up zipkin+http://localhost");
    assertEquals(summary.spanCount, 20_000);
    const counts = { ...summary.notSent, ...summary.rejected };
    assert(counts[reason] > 0 && counts.gave_up > 0, JSON.stringify(counts));
    assert(clock.ms < 120_000);
  }
});

Deno.test("a target that refuses some spans goes on getting the others", async () => {
  const transport = new ScriptedTransport();
  transport.answer = () =>
    transport.messageCount % 2 === 0
      ? rejected("http_400", "bad span")
      : { status: "ok", refused: { count: 12, message: "too old" } };
  const { summary } = await replay(manySpans(5120), {
    speed: "max",
    transport,
    to: "http://localhost",
  });
  assertEquals(summary.outcome, "done");
  assertEquals(summary.rejected, { refused: 60, http_400: 2560 });
  assertEquals(summary.sentSpanCount, 2500);
  assertEquals(summary.firstRefusal, "too old");
});

Deno.test("what a protocol cannot express is counted, and the rest is sent", async () => {
  const spans = [
    replaySpan("1", 0, 5, { traceId: "7" }),
    replaySpan("00000000000000a1", 0, 5, { traceId: "7", kind: "http" }),
    replaySpan("2", 0, undefined, { traceId: "7" }),
    replaySpan("no number", 0, 5, { traceId: "7" }),
  ];
  const { summary } = await replay(spans, { to: "ssf+unix:///scripted" });
  assertEquals(summary.notSent, { unencodable: 2 });
  assertEquals(summary.changed, { kind: 2, id: 1 });
  assertEquals(summary.sentSpanCount, 2);
});

Deno.test("a target that nobody listens on fails at once, and everything is counted", () =>
  inTemporaryFolder(async (folder) => {
    const cases: [string, string][] = [
      [`unix://${folder}/none.sock`, "there is no such socket"],
      [`ssf+unix://${folder}/none.sock`, "there is no such socket"],
      ["http://127.0.0.1:1", "nobody listens there"],
      ["otlp+grpc://127.0.0.1:1", "nobody listens there"],
    ];
    for (const [to, words] of cases) {
      const summary = await replaySpans(inputOf(manySpans(300)), { to });
      assertEquals([summary.outcome, summary.error], ["failed", `Cannot reach ${to}: ${words}`]);
      assertEquals(summary.notSent, { gave_up: 300 });
      assertAddsUp(summary);
    }
  }));

Deno.test("the signal stops a replay that waits", async () => {
  const stop = new AbortController();
  const transport = new ScriptedTransport();
  const summary = await replaySpans(inputOf([replaySpan("a", 0, 3600e9)]), {
    to: "unix:///scripted",
    openTransport: () => transport,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  assertEquals([summary.outcome, summary.sentEventCount], ["stopped", 1]);
  assertEquals(summary.notSent, { stopped: 1 });
  assert(summary.elapsedMs < 1000);
  assertAddsUp(summary);
});

Deno.test("the signal stops a replay whose target does not read", () =>
  inTemporaryFolder(async (folder) => {
    using listener = Deno.listen({ transport: "unix", path: `${folder}/s.sock` });
    const looked = listener.accept();
    const stop = new AbortController();
    let sent = 0;
    let before = 0;
    // The kernel takes some hundred kilobytes; the replay hangs once it does not come any further.
    const watch = setInterval(() => {
      if (sent > 0 && sent === before) stop.abort();
      before = sent;
    }, 50);
    const accepted = looked.then((connection) => {
      connection.close();
      return listener.accept();
    });
    let stoppedMs = 0;
    stop.signal.addEventListener("abort", () => stoppedMs = performance.now());
    const summary = await replaySpans(inputOf(manySpans(20_000)), {
      to: `unix://${folder}/s.sock`,
      speed: "max",
      signal: stop.signal,
      onProgress: (progress) => sent = progress.sentEventCount,
    });
    assert(performance.now() - stoppedMs < 1000);
    clearInterval(watch);
    (await accepted).close();
    assertEquals(summary.outcome, "stopped");
    assert(summary.sentEventCount > 0 && summary.sentEventCount < 40_000);
    assert(summary.notSent.stopped > 0);
    assertAddsUp(summary);
  }));

Deno.test("the signal stops a replay whose input does not come", async () => {
  const stop = new AbortController();
  const summary = await replaySpans(
    async function* (): AsyncGenerator<ReplayInput> {
      yield { type: "spans", spans: [replaySpan("a", 0, 1)] };
      setTimeout(() => stop.abort(), 10);
      await new Promise(() => {});
    },
    { to: "unix:///scripted", openTransport: () => new ScriptedTransport(), signal: stop.signal },
  );
  assertEquals([summary.outcome, summary.notSent], ["stopped", { stopped: 1 }]);
});

Deno.test("what an input says of itself is told once, and what it throws is thrown", async () => {
  const notices: string[] = [];
  let passes = 0;
  const { outcome } = await replaySpans(
    async function* (): AsyncGenerator<ReplayInput> {
      passes++;
      yield { type: "live" };
      yield { type: "spans", spans: [replaySpan("a", 0, 1)] };
      yield { type: "notice", text: "damaged" };
    },
    {
      to: "unix:///scripted",
      openTransport: () => new ScriptedTransport(),
      loop: 3,
      onNotice: (text) => notices.push(text),
    },
  );
  assertEquals([outcome, passes, notices], ["done", 3, ["damaged"]]);
  let thrown: unknown;
  const transport = new ScriptedTransport();
  await replaySpans(
    // deno-lint-ignore require-yield
    async function* (): AsyncGenerator<ReplayInput> {
      throw new Error("Cannot read it");
    },
    { to: "unix:///scripted", openTransport: () => transport },
  ).catch((error) => thrown = error);
  assertMatch(String(thrown), /Cannot read it/);
  assert(transport.isClosed);
});

Deno.test("a replay without spans is done", async () => {
  const { summary } = await replay([]);
  assertEquals([summary.outcome, summary.spanCount, summary.elapsedMs], ["done", 0, 0]);
});
