import { assert, assertEquals } from "@std/assert";
import { packSpans, unpackSpans } from "../../src/assemble/_packed_spans.ts";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { describeEntry, describeTraceSummary } from "./_describe_entry.ts";
import { createRandom, EPOCH, makeSpan } from "./_make_span.ts";

function linesOf(spans: Iterable<Span>): string[] {
  return [...spans].map((span) => encodeSpanLine(span));
}

Deno.test("spans come out of their bytes as they were, whatever is in them", () => {
  const texts = [
    "",
    "a",
    '"\\',
    "\u{1f600}",
    "\u{1f601}",
    "\ud83d",
    "é\n",
    "__proto__",
    "x".repeat(1e6),
  ];
  const spans = texts.map((text, number) =>
    makeSpan(`${number}${text}`, {
      ms: number,
      name: text,
      attrs: { [text]: text, number: BigInt(number), share: number / 3 },
      resource: { "service.name": text },
      parentId: number === 0 ? undefined : "0",
      events: [{ timeUnixNano: EPOCH, name: text, attributes: {} }],
    })
  );
  spans.push(makeSpan("open", {}), makeSpan("never", { state: "unfinished" }), spans[0]);
  const packed = packSpans(spans) as Uint8Array;
  assertEquals(linesOf(unpackSpans(packed)), linesOf(spans));
  // And once more, of spans that were read from lines.
  assertEquals(packSpans(unpackSpans(packed)), packed);
});

Deno.test("what a program's spans have in common is kept once", () => {
  const resource = { "service.name": "shop", "host.name": "h".repeat(200) };
  const spans = Array.from({ length: 100 }, (_, id) => makeSpan(`${id}`, { ms: 1, resource }));
  const { length } = linesOf(spans).join("");
  const packed = packSpans(spans);
  assert(packed !== undefined && packed.length < length / 2);
});

Deno.test("a span at a time that lines cannot have is not packed", () => {
  const span = makeSpan("late", { startTimeUnixNano: 10n ** 24n, ms: 1 });
  assertEquals(packSpans([span]), undefined);
  const store = new TraceStore({ maxLooseSpans: 0 });
  store.add(span);
  for (let id = 0; id < 3_000; id++) store.add(makeSpan("1", { traceId: `${id}`, ms: 1 }));
  assert(store.trace("t")?.rootSpan === span);
});

Deno.test("a store that packs knows at any time what one knows that does not", () => {
  const random = createRandom(17);
  const bounds = { maxTraces: 900, maxSpans: 4_000, maxSpansPerTrace: 12 };
  const loose = new TraceStore(bounds);
  const packing = new TraceStore({ ...bounds, maxLooseSpans: 100 });
  for (let step = 0; step < 12_000; step++) {
    // Mostly of a trace of now, sometimes of one that has long been packed.
    const near = Math.floor(step / 10) + Math.floor(random() * 5);
    const trace = random() < 0.02 ? Math.floor(random() * near) : near;
    const id = Math.floor(random() * 15);
    const isRunning = random() < 0.05;
    const span = makeSpan(`${id}`, {
      traceId: `trace-${trace}`,
      parentId: id < 3 ? undefined : `${id % 3}`,
      name: `${step}`,
      at: id % 7,
      ms: isRunning ? undefined : Math.floor(20 * random()) - 5,
      state: isRunning ? (random() < 0.5 ? "running" : "unfinished") : "ended",
      service: id % 2 === 0 ? "shop" : undefined,
      attrs: random() < 0.2 ? { error: "no" } : {},
    });
    assertEquals(packing.add(span), loose.add(span));
    if (step % 7 !== 0) continue;
    const at = Math.floor(random() * loose.traceCount);
    const entry = packing.entryAt(at)!;
    const { traceId } = entry;
    assertEquals(describeEntry(entry), describeEntry(loose.entryAt(at)!));
    assertEquals(entry.version, loose.entryOf(traceId)?.version);
    assertEquals(linesOf(packing.spansOf(traceId)), linesOf(loose.spansOf(traceId)));
    assertEquals(describeTraceSummary(packing.trace(traceId)!), describeEntry(entry));
  }
  assertEquals(packing.traceIds, loose.traceIds);
  assertEquals(packing.droppedSpans, loose.droppedSpans);
  for (const figure of ["spanCount", "runningCount", "errorCount", "version"] as const) {
    assertEquals(packing[figure], loose[figure]);
  }
});

Deno.test("traces that are quiet are packed, those that change or run are not", () => {
  const store = new TraceStore({ maxLooseSpans: 100 });
  const spans = [makeSpan("root", { ms: 1 }), makeSpan("child", { parentId: "root", ms: 1 })];
  for (const span of spans) store.add(span);
  const open = makeSpan("open", { traceId: "open" });
  store.add(open);
  for (let id = 0; id < 3_000; id++) store.add(makeSpan("1", { traceId: `${id}`, ms: 1 }));
  assert([...store.spansOf("t")][0] !== spans[0]);
  assert([...store.spansOf("open")][0] === open);
  assertEquals(linesOf(store.spansOf("t")), linesOf(spans));
  const late = makeSpan("late", { parentId: "root", ms: 70 });
  store.add(late);
  assertEquals(store.trace("t")?.nodes.length, 3);
  assert([...store.spansOf("t")][2] === late);
});
