import { assert, assertEquals } from "@std/assert";
import { EventAssembler, type EventAssemblerOptions } from "../../src/assemble/event_assembler.ts";
import { asBuffer, endLine, seededRandom, startLine } from "../testing/events.ts";

const decoder = new TextDecoder();

/** An assembler with what came out of it. */
function createAssembler(
  options: Partial<EventAssemblerOptions> = {},
): { assembler: EventAssembler; lines: () => string[]; feed: (text: string | Uint8Array) => void } {
  let output = "";
  const assembler = new EventAssembler({
    ...options,
    onSpans: (batch) => {
      const text = decoder.decode(batch.lines);
      assertEquals(text.split("\n").length - 1, batch.spanCount);
      output += text;
    },
  });
  return {
    assembler,
    lines: () => {
      assembler.flush();
      return output.split("\n").slice(0, -1);
    },
    feed: (text) => {
      const { buffer, to } = asBuffer(text);
      assertEquals(assembler.ingest(buffer, 0, to, 1), to);
    },
  };
}

function assertBalanced(assembler: EventAssembler): void {
  const { received, accepted, rejected, dropped } = assembler.counters;
  const sum = [...Object.values(rejected), ...Object.values(dropped)].reduce((a, b) => a + b, 0);
  assertEquals(received, accepted + sum);
}

Deno.test("the events that real programs sent give three traces, to the nanosecond", async () => {
  const { assembler, lines, feed } = createAssembler();
  feed(await Deno.readFile(new URL("../fixtures/gotrace_events.jsonl", import.meta.url)));
  const spans = lines().map((line) => JSON.parse(line));
  assertEquals(spans.map((span) => [span.id, span.start_time, span.end_time]), [
    ["00000000000000a3", "2026-03-11T10:00:00.123458789Z", "2026-03-11T10:00:00.126456789Z"],
    [
      "00000000000000a2",
      "2026-03-11T19:00:00.123458289+09:00",
      "2026-03-11T19:00:00.127456789+09:00",
    ],
    ["00000000000000a1", "2026-03-11T19:00:00.123456789+09:00", "2026-03-11T19:00:00+09:00"],
    ["00000000000000b1", "2026-03-11T19:00:00+09:00", "2026-03-11T19:00:00.1+09:00"],
    [
      "00000000000000c1",
      "2026-03-11T19:00:00.123456789+09:00",
      "2026-03-11T19:00:00.122456789+09:00",
    ],
  ]);
  assertEquals(spans[2].name, "GET /ünïcode/<b>&amp;");
  assertEquals(spans[2].attrs, { method: "GET", path: "/ünïcode/<b>&amp;", status: "200" });
  assertEquals(spans[0].parent_id, "00000000000000a2");
  assertEquals(spans[0].attrs.error, 'pq: "x"\\n');
  assertEquals(spans.map((span) => span.kind), ["sql", "function", "http", "function", 7]);
  assertEquals(assembler.counters.traces, 3);
  assertBalanced(assembler);
});

Deno.test("an event of any field order, spacing or escaping pairs like the usual one", () => {
  const { assembler, lines, feed } = createAssembler();
  feed(
    '{ "time":"2026-03-11T10:00:00Z", "kind": 2, "name":"q", "trace_id":"t\\u0031", "span_id":"a",' +
      ' "type":0, "unknown": [1, {"x": null}], "parent_id": null }\r\n',
  );
  feed(endLine("a", { trace_id: "t1", attrs: { query: "SELECT 1" } }));
  assertEquals(lines().map((line) => JSON.parse(line)), [{
    id: "a",
    trace_id: "t1",
    name: "q",
    kind: "sql",
    start_time: "2026-03-11T10:00:00Z",
    end_time: "2026-03-11T10:00:01Z",
    attrs: { query: "SELECT 1" },
  }]);
  assertBalanced(assembler);
});

Deno.test("lines that are no events are counted by reason and harm no other line", () => {
  const bad: [string | Uint8Array, string][] = [
    ["not json", "malformed"],
    ["[]", "malformed"],
    ["null", "malformed"],
    ['"text"', "malformed"],
    ["{}", "malformed"],
    [startLine("x", { type: 2 }), "malformed"],
    [startLine("x", { type: "0" }), "malformed"],
    [startLine("x", { span_id: 7 }), "malformed"],
    [startLine(""), "malformed"],
    [startLine("x", { trace_id: "" }), "malformed"],
    [startLine("x", { trace_id: undefined }), "malformed"],
    [startLine("x", { name: 1 }), "malformed"],
    [startLine("x", { name: undefined }), "malformed"],
    [startLine("x", { kind: 1.5 }), "malformed"],
    [startLine("x", { kind: "http" }), "malformed"],
    [startLine("x", { time: "yesterday" }), "malformed"],
    [startLine("x", { time: "2026-02-29T10:00:00Z" }), "malformed"],
    [startLine("x", { time: "2026-03-11T24:00:00Z" }), "malformed"],
    [startLine("x", { time: "2026-03-11T10:00:00.1234567890Z" }), "malformed"],
    [startLine("x", { time: 17 }), "malformed"],
    [startLine("x", { attrs: { a: 1 } }), "malformed"],
    [startLine("x", { attrs: [] }), "malformed"],
    [startLine("x").replace("span x", "tab\there"), "malformed"],
    [startLine("x").replace("span x", "bad \\x escape"), "malformed"],
    [startLine("x").replace("span x", "bad \\u12g4 escape"), "malformed"],
    [startLine("x").replace('"kind":0', '"kind":00'), "malformed"],
    [startLine("x").trimEnd() + "}", "malformed"],
    [new Uint8Array([...new TextEncoder().encode('{"name":"'), 0xff, 0x22, 0x7d]), "invalid_utf8"],
    [replaceByte(startLine("x"), "x", 0xc3), "invalid_utf8"],
    [replaceByte(startLine("span"), "s", 0xff), "invalid_utf8"],
    [endLine("never started"), "orphan_end"],
  ];
  const { assembler, lines, feed } = createAssembler();
  const expected: Record<string, number> = {};
  for (const [index, [line, reason]] of bad.entries()) {
    feed(withLineEnd(line));
    expected[reason] = (expected[reason] ?? 0) + 1;
    assertEquals(assembler.counters.rejected, expected, `line ${index}: ${line}`);
    feed(startLine(`good ${index}`) + endLine(`good ${index}`));
  }
  feed("\n \n\r\n");
  assertEquals(lines().length, bad.length);
  assertEquals(assembler.counters.received, bad.length * 3);
  assertBalanced(assembler);
});

Deno.test("unusual kinds are kept as they came", () => {
  const { lines, feed } = createAssembler();
  for (const kind of [3, 7, 10, -1, 123456789012]) {
    feed(startLine(`k${kind}`, { kind }) + endLine(`k${kind}`));
  }
  assertEquals(lines().map((line) => JSON.parse(line).kind), [3, 7, 10, -1, 123456789012]);
});

Deno.test("the identity of a span is its trace id and its span id", () => {
  const { assembler, lines, feed } = createAssembler();
  feed(startLine("a", { trace_id: "t1", name: "one" }));
  feed(startLine("a", { trace_id: "t2", name: "two" }));
  feed(startLine("a", { trace_id: "t2", name: "again" }));
  feed(endLine("a", { trace_id: "t2" }) + endLine("a", { trace_id: "t1" }));
  assertEquals(lines().map((line) => JSON.parse(line).name), ["two", "one"]);
  assertEquals(assembler.counters.rejected, { duplicate_start: 1 });
  assertBalanced(assembler);
});

Deno.test("ids that only differ in how they are cut are different spans", () => {
  const { lines, feed } = createAssembler();
  feed(startLine("ab", { trace_id: "c" }) + startLine("a", { trace_id: "bc" }));
  feed(endLine("a", { trace_id: "bc" }));
  assertEquals(lines().map((line) => JSON.parse(line).id), ["a"]);
});

Deno.test("hostile ids stay what they are and find their end", () => {
  const { lines, feed } = createAssembler();
  const ids = ['quo"te', "back\\slash", '\\"', "\u0001", "日本", "\ud800", "__proto__", " "];
  for (const id of ids) feed(startLine(id) + endLine(id));
  assertEquals(lines().map((line) => JSON.parse(line).id), ids);
});

Deno.test("attributes of start and end are joined, the end's value counts", () => {
  const { lines, feed } = createAssembler();
  feed(startLine("a", { attrs: { method: "GET", status: "?" } }));
  feed(endLine("a", { attrs: { status: "200", ["__proto__"]: "x" } }));
  feed(startLine("b", { attrs: { only: "start" } }) + endLine("b"));
  assertEquals(
    lines().map((line) => JSON.stringify(JSON.parse(line).attrs)),
    ['{"method":"GET","status":"200","__proto__":"x"}', '{"only":"start"}'],
  );
});

Deno.test("a stream cut at any two places gives the same spans", () => {
  const text = startLine("a", { name: "ünïcode <&>" }) + "junk\n" +
    startLine("b", { parent_id: "a" }) + endLine("b", { attrs: { "ключ": "значение" } }) +
    endLine("a");
  const { buffer, to } = asBuffer(text);
  const whole = createAssembler();
  whole.feed(text);
  const expected = whole.lines();
  for (let first = 0; first <= to; first++) {
    const cut = createAssembler();
    // The rest of the buffer holds what was read before, as in a receiver.
    const dirty = asBuffer(text + text);
    let at = cut.assembler.ingest(buffer, 0, first, 1);
    dirty.buffer.set(buffer.subarray(at, to));
    at = cut.assembler.ingest(dirty.buffer, 0, to - at, 1);
    assertEquals(cut.lines(), expected, `cut at ${first}`);
  }
});

Deno.test("what never ends is given up when too many spans are open, oldest first", () => {
  const { assembler, lines, feed } = createAssembler({ maxOpenSpans: 100 });
  for (let index = 0; index < 1000; index++) feed(startLine(`s${index}`));
  assertEquals(assembler.openCount, 100);
  assertEquals(assembler.counters.unfinished, 900);
  const given = lines().map((line) => JSON.parse(line));
  assertEquals(given.map((span) => span.id), Array.from({ length: 900 }, (_, i) => `s${i}`));
  assert(given.every((span) => span.unfinished === true && !("end_time" in span)));
  feed(endLine("s950") + endLine("s3"));
  assertEquals(assembler.counters.rejected, { orphan_end: 1 });
  assembler.abandon();
  assertEquals(lines().length, 1000);
  assertBalanced(assembler);
});

Deno.test("memory for open spans is bounded in bytes, too", () => {
  const { assembler, lines, feed } = createAssembler({ maxOpenBytes: 1 << 20 });
  const name = "n".repeat(10_000);
  for (let index = 0; index < 1000; index++) feed(startLine(`s${index}`, { name }));
  assert(assembler.openCount < 105 && assembler.openCount > 50, `${assembler.openCount} open`);
  feed(startLine("huge", { name: "n".repeat(1 << 20) }));
  assertEquals(assembler.counters.dropped, { open_limit: 1 });
  feed(startLine("last") + endLine("last"));
  assertEquals(JSON.parse(lines().at(-1) as string).id, "last");
  assertBalanced(assembler);
});

Deno.test("any interleaving of starts and ends completes exactly the spans that ended", () => {
  const random = seededRandom(7);
  const { assembler, lines, feed } = createAssembler();
  const open = new Set<string>();
  const ended: string[] = [];
  for (let step = 0; step < 60_000; step++) {
    if (open.size === 0 || random() < 0.51) {
      const id = `${step}-${"x".repeat(Math.floor(random() * 300))}`;
      open.add(id);
      feed(startLine(id));
    } else {
      const index = Math.floor(random() ** 3 * open.size);
      let id = "";
      let at = 0;
      for (id of open) if (at++ === index || at > 50) break;
      open.delete(id);
      ended.push(id);
      feed(endLine(id));
    }
  }
  assertEquals(lines().map((line) => JSON.parse(line).id), ended);
  assertEquals(assembler.openCount, open.size);
  assembler.abandon();
  assertEquals(lines().slice(ended.length).map((line) => JSON.parse(line).id), [...open]);
});

Deno.test("whoever watches sees the spans that run, each once", () => {
  const { assembler, feed } = createAssembler();
  const seen: Record<string, unknown>[] = [];
  const push = (batch: { lines: Uint8Array }): void => {
    const lines = decoder.decode(batch.lines).split("\n").slice(0, -1);
    seen.push(...lines.map((line) => JSON.parse(line)));
  };
  const ids = (): unknown[] => seen.splice(0).map((span) => span.id);
  feed(startLine("before", { attrs: { a: "1" } }));
  assembler.skipStarted();
  assembler.forEachOpen(push);
  assertEquals([seen[0].running, seen[0].attrs], [true, { a: "1" }]);
  assertEquals(ids(), ["before"]);
  feed(startLine("after") + startLine("short") + endLine("short"));
  assembler.forEachStarted(push);
  assertEquals(ids(), ["after"]);
  assembler.forEachStarted(push);
  assertEquals(ids(), []);
  feed(endLine("before") + endLine("after") + startLine("next"));
  assembler.forEachStarted(push);
  assertEquals(ids(), ["next"]);
});

Deno.test("spans that run are still told once when the log is squeezed in between", () => {
  const { assembler, feed } = createAssembler({ maxOpenBytes: 1 << 18 });
  const told: string[] = [];
  const expected: string[] = [];
  function tell(): void {
    assembler.forEachStarted((batch) => {
      const lines = decoder.decode(batch.lines).split("\n").slice(0, -1);
      told.push(...lines.map((line) => JSON.parse(line).id));
    });
  }
  for (let index = 0; index < 20_000; index++) {
    feed(startLine(`s${index}`));
    // Every hundredth goes on for a while.
    if (index % 100 !== 0) feed(endLine(`s${index}`));
    else expected.push(`s${index}`);
    if (index >= 10_000 && index % 100 === 0) feed(endLine(`s${index - 10_000}`));
    if (index % 37 === 0) tell();
  }
  tell();
  const running = told.filter((id) => Number(id.slice(1)) % 100 === 0);
  assertEquals(running.length, new Set(running).size);
  assertEquals(new Set(running), new Set(expected));
});

Deno.test("distinct traces are counted, however many", () => {
  const { assembler, feed } = createAssembler();
  let text = "";
  for (let index = 0; index < 50_000; index++) {
    const ids = { trace_id: `trace ${index % 40_000}` };
    text += startLine(`s${index}`, ids) + endLine(`s${index}`, ids);
  }
  feed(text);
  assertEquals(assembler.counters.traces, 40_000);
});

function withLineEnd(line: string | Uint8Array): Uint8Array {
  const bytes = typeof line === "string" ? new TextEncoder().encode(line.trimEnd()) : line;
  return new Uint8Array([...bytes, 0x0a]);
}

function replaceByte(line: string, character: string, byte: number): Uint8Array {
  const bytes = new TextEncoder().encode(line.trimEnd());
  const index = line.indexOf(`"${character}`, line.indexOf("span_id") + 9) + 1;
  bytes[index] = byte;
  return bytes;
}
