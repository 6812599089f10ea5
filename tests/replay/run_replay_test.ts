import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { parseTimestamp } from "../../src/model/time.ts";
import type { ReplayClock } from "../../src/replay/replay_clock.ts";
import { planReplay } from "../../src/replay/replay_plan.ts";
import { runReplay } from "../../src/replay/run_replay.ts";
import type { ByteConnection } from "../../src/runtime/byte_stream.ts";
import { connectUnix } from "../../src/runtime/connect_unix.ts";
import { type EventRecord, parseEvent } from "../../src/wire/gotrace/event.ts";
import { BASE_NANO, replaySpan } from "./replay_spans.ts";

const NEVER = new AbortController().signal;

/** A connection that hands what is written to a function. */
function connection(write: (text: string) => Promise<void> | void): ByteConnection {
  return {
    read: () => Promise.resolve(undefined),
    async write(bytes): Promise<void> {
      await write(new TextDecoder().decode(bytes));
    },
    close(): void {},
  };
}

/** A clock that only moves when somebody sleeps. */
class FakeClock implements ReplayClock {
  ms = 0;

  nowMs(): number {
    return this.ms;
  }

  sleep(ms: number): Promise<void> {
    this.ms += Math.max(ms, 0.25);
    return Promise.resolve();
  }
}

function manySpans(count: number): Span[] {
  return Array.from({ length: count }, (_, i) => replaySpan(`${i}`, i * 1000, i * 1000 + 500));
}

function parseEvents(text: string): EventRecord[] {
  return text.split("\n").slice(0, -1).map(parseEvent);
}

/** Pairs starts and ends by themselves, as a plain collector would. */
function pair(events: readonly EventRecord[]): Map<string, unknown> {
  const spans = new Map<string, unknown>();
  const open = new Map<string, EventRecord>();
  for (const event of events) {
    const key = JSON.stringify([event.trace_id, event.span_id]);
    const start = open.get(key);
    if (event.type === 0) open.set(key, event);
    else if (start === undefined) throw new Error(`End without a start: ${key}`);
    const { name, kind, parent_id, time } = start ?? event;
    spans.set(key, {
      name,
      kind,
      parent_id,
      start: parseTimestamp(time),
      end: event.type === 1 ? parseTimestamp(event.time) : undefined,
      attrs: Object.entries(event.attrs ?? {}),
    });
  }
  return spans;
}

Deno.test("events are sent when they are due, at the recorded pace or a multiple", async () => {
  const plan = planReplay([replaySpan("a", 0, 100e6), replaySpan("b", 40e6, 60e6)]);
  for (const [speed, expected] of [[1, [0, 40, 60, 100]], [4, [0, 10, 15, 25]]] as const) {
    const clock = new FakeClock();
    const times: number[] = [];
    const result = await runReplay(plan, {
      connect: () => Promise.resolve(connection(() => void times.push(clock.ms))),
      speed,
      signal: NEVER,
      clock,
    });
    assertEquals(times.map(Math.floor), expected);
    assertEquals(result.outcome, "done");
    assertEquals([result.sentSpanCount, result.sentEventCount], [2, 4]);
    assert(result.lagP95Ms! < 1, `lag ${result.lagP95Ms}`);
  }
});

Deno.test("a slow target makes the replay late, and the lag says so", async () => {
  const clock = new FakeClock();
  const result = await runReplay(planReplay(manySpans(100)), {
    connect: () => Promise.resolve(connection(() => void (clock.ms += 50))),
    signal: NEVER,
    clock,
  });
  assertEquals(result.outcome, "done");
  assert(result.lagP95Ms! >= 45 && result.lagP95Ms! <= 105, `lag ${result.lagP95Ms}`);
});

Deno.test("every kind of go-trace span arrives as it was recorded", async () => {
  const kinds = ["function", "http", "sql", 7] as const;
  const spans: Span[] = kinds.flatMap((kind, i) => [
    replaySpan(`s${i}`, i * 10 + 1, i * 10 + 9, {
      kind,
      name: `ünï "${i}" <&> \u2028 \u0001 \\`,
      parentId: i === 0 ? undefined : `s${i - 1}`,
      startOffsetMinutes: 540,
      endOffsetMinutes: -300,
      attributes: createAttributes([["query", "SELECT 'O''Brien' /* \u2028 */"], ["empty", ""]]),
    }),
    replaySpan(`open${i}`, i, undefined, { kind, traceId: "t2", attributes: { a: "b" } }),
    replaySpan(`s${i}`, 50 - i, 40, { kind, traceId: "same ids, other trace" }),
  ]);
  const path = await Deno.makeTempDir();
  const listener = Deno.listen({ transport: "unix", path: `${path}/s.sock` });
  const received = (async () => {
    const conn = await listener.accept();
    return await new Response(conn.readable).text();
  })();
  const result = await runReplay(planReplay(spans), {
    connect: () => connectUnix(`${path}/s.sock`),
    speed: "max",
    signal: NEVER,
  });
  const paired = pair(parseEvents(await received));
  listener.close();
  await Deno.remove(path, { recursive: true });

  assertEquals(result.outcome, "done");
  const expected = spans.map((span) => [
    JSON.stringify([span.traceId, span.spanId]),
    {
      name: span.name,
      kind: span.kind === 7 ? 7 : kinds.indexOf(span.kind as typeof kinds[number]),
      parent_id: span.parentId,
      start: {
        unixNano: span.startTimeUnixNano,
        offsetMinutes: span.startOffsetMinutes ?? 0,
      },
      end: span.endTimeUnixNano === undefined
        ? undefined
        : { unixNano: span.endTimeUnixNano, offsetMinutes: span.endOffsetMinutes ?? 0 },
      attrs: Object.entries(span.attributes),
    },
  ]);
  assertEquals(Object.fromEntries(paired), Object.fromEntries(expected));
});

Deno.test("a target that nobody listens on fails at once", async () => {
  const path = await Deno.makeTempDir();
  await assertRejects(() =>
    runReplay(planReplay(manySpans(1)), {
      connect: () => connectUnix(`${path}/none.sock`),
      signal: NEVER,
    })
  );
  await Deno.remove(path);
});

Deno.test("after a broken connection the replay goes on over a new one and counts the loss", async () => {
  const clock = new FakeClock();
  let text = "";
  let connectCount = 0;
  let writeCount = 0;
  const result = await runReplay(planReplay(manySpans(5000)), {
    connect: () => {
      connectCount++;
      if (connectCount === 2) return Promise.reject(new Error("still down"));
      return Promise.resolve(connection((part) => {
        if (++writeCount === 3) throw new Error("broken pipe");
        text += part;
      }));
    },
    speed: "max",
    signal: NEVER,
    clock,
  });
  assertEquals(result.outcome, "done");
  assertEquals([connectCount, result.reconnectCount], [3, 1]);
  assert(result.lostEventCount > 0);
  assertEquals(result.sentEventCount + result.lostEventCount, 10_000);
  assertEquals(parseEvents(text).length, result.sentEventCount);
});

Deno.test("a target that stays away ends the replay after bounded attempts", async () => {
  const clock = new FakeClock();
  let connectCount = 0;
  const result = await runReplay(planReplay(manySpans(5000)), {
    connect: () => {
      if (connectCount++ > 0) return Promise.reject(new Error("gone"));
      return Promise.resolve(connection(() => Promise.reject(new Error("broken pipe"))));
    },
    speed: "max",
    signal: NEVER,
    clock,
  });
  assertEquals([result.outcome, result.error?.message], ["failed", "gone"]);
  assertEquals(connectCount, 6);
  assertEquals(result.sentEventCount, 0);
  assert(clock.ms < 5000);
});

Deno.test("a target that breaks every connection ends the replay, too", async () => {
  let connectCount = 0;
  const result = await runReplay(planReplay(manySpans(50_000)), {
    connect: () => {
      connectCount++;
      return Promise.resolve(connection(() => Promise.reject(new Error("broken pipe"))));
    },
    speed: "max",
    signal: NEVER,
    clock: new FakeClock(),
  });
  assertEquals([result.outcome, connectCount], ["failed", 11]);
});

Deno.test("the signal stops a replay that waits", async () => {
  const stop = new AbortController();
  const plan = planReplay([replaySpan("a", 0, 3600e9)]);
  const result = await runReplay(plan, {
    connect: () => Promise.resolve(connection(() => {})),
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  assertEquals([result.outcome, result.sentEventCount], ["stopped", 1]);
  assert(result.elapsedMs < 1000);
});

Deno.test("the signal stops a replay whose target does not read", async () => {
  const path = await Deno.makeTempDir();
  const listener = Deno.listen({ transport: "unix", path: `${path}/s.sock` });
  const accepted = listener.accept();
  const stop = new AbortController();
  let sent = 0;
  // The kernel takes some hundred kilobytes; the replay hangs once it does not come any further.
  const watch = setInterval(() => {
    if (sent > 0 && sent === before) stop.abort();
    before = sent;
  }, 50);
  let before = 0;
  const result = await runReplay(planReplay(manySpans(20_000)), {
    connect: () => connectUnix(`${path}/s.sock`),
    speed: "max",
    signal: stop.signal,
    onProgress: (progress) => sent = progress.sentEventCount,
  });
  clearInterval(watch);
  (await accepted).close();
  listener.close();
  await Deno.remove(path, { recursive: true });
  assertEquals(result.outcome, "stopped");
  assert(result.sentEventCount > 0 && result.sentEventCount < 40_000);
  assert(result.lostEventCount > 0);
});

Deno.test("a replay shifted to now starts now", async () => {
  let text = "";
  const now = BigInt(Date.now()) * 1_000_000n;
  const plan = planReplay([replaySpan("a", 7, 1_000_007)]);
  await runReplay(plan, {
    connect: () => Promise.resolve(connection((part) => void (text += part))),
    speed: "max",
    shiftNano: now - plan.firstUnixNano,
    signal: NEVER,
  });
  assertEquals(plan.firstUnixNano, BASE_NANO + 7n);
  const times = parseEvents(text).map(({ time }) => parseTimestamp(time)!.unixNano);
  assertEquals(times, [now, now + 1_000_000n]);
});
