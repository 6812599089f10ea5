import { assert, assertEquals } from "@std/assert";
import { formatEndEvent, formatStartEvent } from "../../src/sdk/gotrace_events.ts";
import type { RecordingSpan } from "../../src/sdk/recording_span.ts";
import { spanKindToNumber } from "../../src/model/span_kind.ts";
import { formatTimestamp } from "../../src/model/time.ts";
import { formatEvent, parseEvent } from "../../src/wire/gotrace/event.ts";
import { attributesOf, SpanRecorder } from "./_span_recorder.ts";

/** The same numbers on every run. */
function createRandom(seed: number): (limit: number) => number {
  return (limit) => {
    seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed >>> 8) % limit;
  };
}

const PIECES = [
  "a",
  "GET /users",
  '"',
  "\\",
  "\n",
  "\u0000",
  "\u001f",
  "\u007f",
  "é",
  "\u2028",
  "😀",
  "\ud800",
  "\udc00",
  "</script>&",
  "__proto__",
  "long text without anything special in it ",
];

Deno.test("spliced events are what formatEvent makes, whatever the text", () => {
  const random = createRandom(7);
  const text = (): string =>
    Array.from({ length: random(4) }, () => PIECES[random(PIECES.length)]).join("");
  const recorder = new SpanRecorder();
  for (let round = 0; round < 2000; round++) {
    const span = recorder.tracer.startSpan(text(), {
      kind: ([0, 1, 2, 7, "http", "sql", "server"] as const)[random(7)],
      parent: random(2) ? { traceId: "t" + text(), spanId: "s" + text() } : undefined,
      startTimeUnixNano: random(3) ? undefined : BigInt(random(2 ** 24)) * 123_456_789_000n,
    }) as RecordingSpan;
    // Keys that look like numbers come first in any object, so they have an order of their own.
    for (let count = random(4); count > 0; count--) {
      span.setAttribute("k" + text(), [text(), 1.5, -0, 2n ** 70n, false][random(5)]);
    }
    span.end(random(3) ? undefined : span.startTimeUnixNano + BigInt(random(2 ** 24)));
    const common = {
      span_id: span.spanId.toWellFormed(),
      trace_id: span.traceId.toWellFormed(),
    };
    assertEquals(
      formatStartEvent(span),
      formatEvent({
        type: 0,
        ...common,
        parent_id: span.parentId?.toWellFormed(),
        name: span.name.toWellFormed(),
        kind: spanKindToNumber(span.kind),
        time: formatTimestamp(span.startTimeUnixNano),
      }),
    );
    assertEquals(
      formatEndEvent(span),
      formatEvent({
        type: 1,
        ...common,
        name: "",
        kind: 0,
        time: formatTimestamp(span.endTimeUnixNano as bigint),
        attrs: Object.fromEntries(
          Object.entries({
            ...attributesOf(span),
            // The wire has no number for this kind.
            ...(span.kind === "server" ? { "otel.kind": span.kind } : {}),
          }).map(([key, value]) => [key.toWellFormed(), String(value).toWellFormed()]),
        ),
      }),
    );
  }
});

Deno.test("an event stays under a collector's limit however much is put into a span", () => {
  const { tracer } = new SpanRecorder();
  const span = tracer.startSpan("€".repeat(1_000_000)) as RecordingSpan;
  for (let index = 0; index < 200; index++) {
    span.setAttribute(`${index} ${"\u0001".repeat(10_000)}`, "\u0001".repeat(1_000_000));
  }
  span.end();
  assertEquals(span.droppedAttributeCount, 72);
  for (const line of [formatStartEvent(span), formatEndEvent(span)]) {
    assert(new TextEncoder().encode(line).length < 1024 * 1024);
    parseEvent(line);
  }
});

Deno.test("one long value is cut at a place that leaves it text", () => {
  const { tracer } = new SpanRecorder();
  const span = tracer.startSpan("x").setAttribute("v", "😀".repeat(40_000) + "!") as RecordingSpan;
  span.end();
  const value = parseEvent(formatEndEvent(span)).attrs?.v ?? "";
  assert(value.isWellFormed() && value.endsWith("…") && value.length === 64 * 1024 + 1);
});
