import { assert, assertEquals } from "@std/assert";
import { formatEvent, parseEvent } from "../../../src/wire/gotrace/event.ts";
import { EventScanner } from "../../../src/wire/gotrace/event_scanner.ts";
import { asBuffer, endLine, seededRandom, startLine } from "../../testing/events.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The event that the scanner's ranges stand for. */
function scannedEvent(scanner: EventScanner, buffer: Uint8Array): unknown {
  const text = (from: number, to: number): string => decoder.decode(buffer.subarray(from, to));
  const json = (from: number, to: number): unknown => JSON.parse(`"${text(from, to)}"`);
  const { attrsFrom, attrsTo } = scanner;
  return {
    type: scanner.isEnd ? 1 : 0,
    span_id: json(scanner.spanIdFrom, scanner.spanIdTo),
    trace_id: json(scanner.traceIdFrom, scanner.traceIdTo),
    ...(scanner.parentIdFrom > 0
      ? { parent_id: json(scanner.parentIdFrom, scanner.parentIdTo) }
      : {}),
    name: json(scanner.nameFrom, scanner.nameTo),
    kind: Number(text(scanner.kindFrom, scanner.kindTo)),
    time: text(scanner.timeFrom, scanner.timeTo),
    ...(attrsTo > attrsFrom ? { attrs: JSON.parse(text(attrsFrom, attrsTo)) } : {}),
  };
}

const LINES = [
  startLine("a1"),
  startLine("00000000000000a2", { parent_id: "00000000000000a1", kind: 2 }),
  startLine("日本", { name: "ünïcode 🧾 <&>", time: "2026-12-31T23:59:59.123456789+09:00" }),
  endLine("a1", { attrs: { query: "SELECT 'O''Brien' /* \u2028 \u0001 \\ \" */", rows: "12" } }),
  endLine("x", { kind: 7, time: "2024-01-31T00:00:00-11:30", attrs: { "": "" } }),
];

Deno.test("every line in Go's form is scanned to what JSON says", () => {
  const scanner = new EventScanner();
  for (const line of LINES) {
    const { buffer, to } = asBuffer(line);
    assertEquals(scanner.scan(buffer, 0), to - 1);
    assertEquals(scanner.to, to - 1);
    assertEquals(scannedEvent(scanner, buffer), parseEvent(line));
  }
});

Deno.test("what the scanner accepts after any change of bytes, the parser accepts alike", () => {
  const random = seededRandom(11);
  const scanner = new EventScanner();
  const interesting = [...new TextEncoder().encode('"\\{}[],:0129+-TZu \n\x00\x1f\x7f')];
  let accepted = 0;
  for (let round = 0; round < 100_000; round++) {
    const { buffer, to } = asBuffer(LINES[Math.floor(random() * LINES.length)]);
    for (let changes = 1 + Math.floor(random() * 2); changes > 0; changes--) {
      const at = Math.floor(random() * (to - 1));
      buffer[at] = random() < 0.5
        ? interesting[Math.floor(random() * interesting.length)]
        : Math.floor(random() * 256);
    }
    const end = scanner.scan(buffer, 0);
    if (end < 0) continue;
    let text: string;
    try {
      text = decoder.decode(buffer.subarray(0, end));
    } catch {
      assert(scanner.hasNonAscii);
      continue;
    }
    accepted++;
    assertEquals(scannedEvent(scanner, buffer), normalized(parseEvent(text)), text);
  }
  assert(accepted > 3_000, `only ${accepted} changed lines were accepted`);
});

/** Like what the scanner gives for attributes with a key twice: JSON keeps the last. */
function normalized(event: ReturnType<typeof parseEvent>): unknown {
  return JSON.parse(JSON.stringify(event));
}

Deno.test("a line that is cut off is never taken for a whole one", () => {
  const scanner = new EventScanner();
  for (const line of LINES) {
    const { buffer, to } = asBuffer(line + line);
    for (let cut = 0; cut < to / 2 - 1; cut++) {
      const stale = buffer.slice();
      stale[cut] = 0;
      assertEquals(scanner.scan(stale, 0), -1, `cut at ${cut}`);
    }
  }
});

Deno.test("equal identities have equal hashes, different ones nearly always different", () => {
  const scanner = new EventScanner();
  const hashes = new Set<number>();
  const traces = new Set<string>();
  for (let index = 0; index < 20_000; index++) {
    const hex = index.toString(16).padStart(16, "0");
    scanner.scan(asBuffer(startLine(hex, { trace_id: hex })).buffer, 0);
    const { hash } = scanner;
    hashes.add(hash);
    traces.add(`${scanner.traceHash} ${scanner.traceHash2}`);
    scanner.scan(asBuffer(endLine(hex, { trace_id: hex, attrs: { a: "b" } })).buffer, 0);
    assertEquals(scanner.hash, hash);
  }
  assert(hashes.size > 19_950);
  assertEquals(traces.size, 20_000);
});

Deno.test("formatting what was parsed gives a line that is scanned", () => {
  const scanner = new EventScanner();
  const odd = [
    '{"time":"2024-02-29T00:00:00Z","kind":-3,"name":"","trace_id":"\\u0022","span_id":"\\\\","type":0}',
    '{"type":1,"span_id":"a","trace_id":"b","time":"2026-03-31T00:00:00.5Z","attrs":null,"more":[{}]}',
    '{"type":0,"span_id":"a","trace_id":"\\ud800","name":"x","kind":9007199254740991,"time":"2026-03-30T00:00:00Z"}',
  ];
  for (const line of odd) {
    assertEquals(scanner.scan(asBuffer(line).buffer, 0), -1);
    const { buffer, to } = asBuffer(formatEvent(parseEvent(line)));
    assertEquals(scanner.scan(buffer, 0, true), to - 1, line);
    assertEquals(scannedEvent(scanner, buffer), normalized(parseEvent(line)));
  }
});
