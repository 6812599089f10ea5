import { assert, assertEquals } from "@std/assert";
import { TraceIndex } from "../../src/assemble/trace_index.ts";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { describeEntry, describeTraceSummary } from "./_describe_entry.ts";
import { createRandom, makeSpan, shuffle } from "./_make_span.ts";

/** An index of a file of these spans behind a header, and how many bytes were read from it. */
function indexOf(spans: readonly Span[]): { index: TraceIndex; readCount: () => number } {
  const header = new TextEncoder().encode('{"trace_recording":1}\n');
  const lines = new TextEncoder().encode(spans.map((span) => encodeSpanLine(span)).join(""));
  const file = new Uint8Array([...header, ...lines]);
  let readCount = 0;
  const index = new TraceIndex((offset, length) => {
    readCount++;
    return file.slice(offset, offset + length);
  });
  index.add(lines, header.length);
  return { index, readCount: () => readCount };
}

function someSpans(): Span[] {
  const random = createRandom(3);
  const spans: Span[] = [];
  for (let trace = 0; trace < 20; trace++) {
    const count = 1 + Math.floor(random() * 30);
    for (let id = 0; id < count; id++) {
      spans.push(makeSpan(`${id}`, {
        traceId: `trace-${trace}`,
        parentId: id === 0 ? undefined : `${Math.floor(random() * id)}`,
        name: id % 7 === 0 ? "ünï 😀" : "load",
        at: id,
        ms: 100 * random(),
        attrs: id % 5 === 0 ? { error: "no\nway" } : { n: BigInt(id) },
      }));
    }
  }
  return shuffle(spans, random);
}

Deno.test("an index of a file shows the same traces as a store of its spans", () => {
  const spans = someSpans();
  const { index } = indexOf(spans);
  const store = new TraceStore();
  for (const span of spans) store.add(span);
  assertEquals(index.traceCount, store.traceCount);
  assertEquals(index.spanCount, store.spanCount);
  assertEquals(index.errorCount, store.errorCount);
  for (let place = 0; place < index.traceCount; place++) {
    const [entry, expected] = [index.entryAt(place)!, store.entryAt(place)!];
    assertEquals(index.indexOf(entry.sequence), place);
    assertEquals(describeEntry(entry), describeEntry(expected));
    assert(index.entryOf(entry.traceId) === entry);
    const outline = (list: TraceIndex | TraceStore): string =>
      list.trace(entry.traceId)!.nodes.map(({ depth, span }) =>
        "-".repeat(depth) + encodeSpanLine(span)
      ).join("");
    assertEquals(outline(index), outline(store));
  }
});

Deno.test("nothing is read from the file before a trace is asked for, and neighbouring lines at once", () => {
  const spans = [..."abc"].map((id) => makeSpan(id, { ms: 1 }));
  const other = makeSpan("x", { traceId: "other", ms: 1 });
  const { index, readCount } = indexOf([spans[0], spans[1], other, spans[2]]);
  assertEquals(readCount(), 0);
  assertEquals(index.trace("t")?.nodes.length, 3);
  assertEquals(readCount(), 2);
  index.trace("t");
  assertEquals(readCount(), 2);
});

Deno.test("the spans of a large trace are read a part at a time", () => {
  const attrs = { padding: "x".repeat(100_000) };
  const spans = Array.from({ length: 30 }, (_, id) => makeSpan(`${id}`, { ms: 1, attrs }));
  const { index, readCount } = indexOf(spans);
  const reading = index.spansOf("t")[Symbol.iterator]();
  assertEquals(reading.next().value?.spanId, "0");
  assertEquals(readCount(), 1);
  assertEquals([...index.spansOf("t")].map(({ spanId }) => spanId), spans.map((s) => s.spanId));
  assertEquals(readCount(), 1 + 3);
});

Deno.test("a trace that goes on further down in the file grows", () => {
  const lines = ["a", "b"].map((id) =>
    new TextEncoder().encode(encodeSpanLine(makeSpan(id, { ms: 1 })))
  );
  const index = new TraceIndex((offset) => lines[offset === 0 ? 0 : 1]);
  index.add(lines[0], 0);
  assertEquals(index.trace("t")?.nodes.length, 1);
  index.add(lines[1], lines[0].length + 100);
  assertEquals(index.trace("t")?.nodes.length, 2);
});

Deno.test("a trace that is not there has no spans", () => {
  const { index } = indexOf([]);
  assertEquals([index.trace("t"), [...index.spansOf("t")], index.entryAt(0)], [
    undefined,
    [],
    undefined,
  ]);
});

Deno.test("what an index knows of a trace is what its tree says", () => {
  const { index } = indexOf([
    ...someSpans(),
    makeSpan("alone", { traceId: "orphans", parentId: "?", at: 3, ms: 1, service: "shop" }),
    makeSpan("first", { traceId: "orphans", parentId: "?", at: 1, ms: -1 }),
    makeSpan("lost", { traceId: "dead", state: "unfinished", resource: { "service.name": "db" } }),
  ]);
  for (let place = 0; place < index.traceCount; place++) {
    const entry = index.entryAt(place)!;
    assertEquals(describeEntry(entry), describeTraceSummary(index.trace(entry.traceId)!));
  }
  assertEquals(index.entryOf("orphans")?.name, "first");
  assertEquals(index.entryOf("dead")?.service, "db");
  assertEquals(index.entryOf("dead")?.unfinishedCount, 1);
});

Deno.test("the version of a trace is the one that the list had when it last changed", () => {
  const { index } = indexOf(
    ["a", "b", "a"].map((traceId, id) => makeSpan(`${id}`, { traceId, ms: 1 })),
  );
  assertEquals([index.version, index.entryOf("a")?.version, index.entryOf("b")?.version], [
    3,
    3,
    2,
  ]);
});
