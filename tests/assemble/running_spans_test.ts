import { assertEquals } from "@std/assert";
import { RunningSpans } from "../../src/assemble/running_spans.ts";
import type { Span } from "../../src/model/span.ts";
import type { SpanBatch } from "../../src/model/span_batch.ts";
import { decodeForeignLines } from "../../src/wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";

function lineOf(spanId: string, fields: Partial<Span> = {}): Uint8Array {
  return new TextEncoder().encode(encodeSpanLine({
    traceId: "t",
    spanId,
    name: "work",
    kind: "internal",
    startTimeUnixNano: 1n,
    state: "running",
    // Looks like the state, and is none.
    attributes: { running: true },
    resource: { running: true },
    ...fields,
  }));
}

function ended(spanId: string): Uint8Array {
  return lineOf(spanId, { state: "ended", endTimeUnixNano: 2n });
}

/** Running spans, and what was given up of them as `id state`. */
function create(
  options: { maxSpans?: number; maxBytes?: number } = {},
): { running: RunningSpans; givenUp: string[] } {
  const givenUp: string[] = [];
  const onSpans = ({ lines, spanCount, unfinishedCount }: SpanBatch): void => {
    assertEquals([spanCount, unfinishedCount], [1, 1]);
    const [span] = decodeForeignLines(lines);
    assertEquals({ ...span.attributes }, { running: true });
    givenUp.push(`${span.spanId} ${span.state}`);
  };
  return { running: new RunningSpans({ onSpans, ...options }), givenUp };
}

function idsOf(forEach: (consumer: (batch: SpanBatch) => void) => void): string[] {
  const ids: string[] = [];
  forEach(({ lines }) => ids.push(...decodeForeignLines(lines).map(({ spanId }) => spanId)));
  return ids;
}

Deno.test("a running span is shown until its end comes, and nothing of it is recorded", () => {
  const { running, givenUp } = create();
  running.start(lineOf("a"));
  running.start(lineOf('quote"d'));
  assertEquals(idsOf((consumer) => running.forEachStarted(consumer)), ["a", 'quote"d']);
  running.start(lineOf("c"));
  assertEquals(idsOf((consumer) => running.forEachStarted(consumer)), ["c"]);
  running.end(ended('quote"d'));
  running.end(ended("never started"));
  assertEquals(idsOf((consumer) => running.forEachOpen(consumer)), ["a", "c"]);
  running.end(ended("a"));
  running.end(ended("c"));
  running.abandon();
  assertEquals([running.size, running.unfinishedCount, givenUp], [0, 0, []]);
});

Deno.test("what nobody ends is given up as unfinished, the oldest first when there are too many", () => {
  const { running, givenUp } = create({ maxSpans: 2 });
  for (const id of ["a", "b", "c"]) running.start(lineOf(id));
  assertEquals(givenUp, ["a unfinished"]);
  running.abandon();
  assertEquals(givenUp, ["a unfinished", "b unfinished", "c unfinished"]);
  assertEquals(running.unfinishedCount, 3);
});

Deno.test("a later line of a running span takes the place of the earlier, also in the memory bound", () => {
  const { running, givenUp } = create({ maxBytes: lineOf("a", { name: "longer" }).length });
  running.start(lineOf("a"));
  running.start(lineOf("a", { name: "longer" }));
  assertEquals([running.size, givenUp], [1, []]);
  running.start(lineOf("b"));
  assertEquals([running.size, givenUp], [1, ["a unfinished"]]);
});
