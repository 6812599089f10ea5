import { assert, assertEquals } from "@std/assert";
import type { Span } from "../../../src/model/span.ts";
import { parseTimestamp } from "../../../src/model/time.ts";
import { parseEvent } from "../../../src/wire/gotrace/event.ts";
import { EventLines, SLACK_BYTES } from "../../../src/wire/gotrace/event_lines.ts";
import { EventPartsScanner } from "../../../src/wire/gotrace/scan_event_parts.ts";
import { gotraceEvents } from "../../../src/wire/gotrace/span_events.ts";
import { decodeSpanLine } from "../../../src/wire/span_line/decode_span_line.ts";

const BASE_NANO = 1_773_223_200_123_456_789n;

/** The events that are put together of a line, and its times; `undefined` if it has another shape. */
function splice(
  line: Uint8Array,
  move?: (time: string) => string,
): { events: string; startNano: number; endNano: number } | undefined {
  // What stood in the memory before must not count.
  const bytes = new Uint8Array(line.length + SLACK_BYTES).fill('"'.charCodeAt(0));
  bytes.set(line);
  const view = new DataView(bytes.buffer);
  const scanner = new EventPartsScanner(BASE_NANO);
  if (!scanner.scan(view, 0, line.length)) return undefined;
  assertEquals(scanner.to, line.length - 1);
  const { startNano, endNano } = scanner;
  const lines = new EventLines(new Uint8Array(8));
  lines.addStart({ ...scanner, view }, move);
  lines.addEnd({ ...scanner, view }, move);
  return { events: new TextDecoder().decode(lines.bytes), startNano, endNano };
}

function tryDecode(line: string): Span | undefined {
  try {
    return decodeSpanLine(line);
  } catch {
    return undefined;
  }
}

function meaning(events: string): unknown[] {
  return events.trimEnd().split("\n").map((line) => {
    const event = parseEvent(line);
    return { ...event, time: parseTimestamp(event.time) };
  });
}

function check(line: string): boolean {
  const spliced = splice(new TextEncoder().encode(line + "\n"));
  const span = tryDecode(line);
  if (spliced === undefined || span === undefined) return false;
  const { start, end } = gotraceEvents(span, { dropped: {}, changed: {} });
  // The same text may have other escapes, and the same time more digits.
  assertEquals(meaning(spliced.events), meaning(start + end!));
  assertEquals(BigInt(spliced.startNano) + BASE_NANO, span.startTimeUnixNano);
  assertEquals(BigInt(spliced.endNano) + BASE_NANO, span.endTimeUnixNano);
  return true;
}

const LINES = [
  '{"id":"1","trace_id":"t","name":"","kind":"function","start_time":"2026-03-11T10:00:00Z","end_time":"2026-03-11T10:00:00.5Z"}',
  '{"id":"a1b2","trace_id":"c3d4","parent_id":"0","name":"GET /ä/日本","kind":"http","start_time":"2026-03-11T19:00:00.123456789+09:00","end_time":"2026-03-11T10:00:01-00:30","attrs":{"a\\"b":"c\\\\","":""}}',
  '{"id":"3","trace_id":"t","name":"SQL Query","kind":"sql","start_time":"2026-02-28T23:59:59.999999999Z","end_time":"2026-03-01T00:00:00.000000001Z","attrs":{"query":"SELECT \\u0022x\\u0022"}}',
];

Deno.test("events that are put together of a line are those of its span", () => {
  for (const line of LINES) assert(check(line), line);
});

Deno.test("a line with any byte changed is read as what it is, or left to others", () => {
  let acceptedCount = 0;
  for (const line of LINES) {
    for (let at = 0; at < line.length; at++) {
      for (
        const letter of [
          '"',
          "\\",
          "}",
          "{",
          ",",
          "0",
          "9",
          ".",
          "Z",
          "x",
          " ",
          "",
          "\x7f",
          "🚀\x7f",
        ]
      ) {
        if (check(line.slice(0, at) + letter + line.slice(at + 1))) acceptedCount++;
      }
    }
  }
  assert(acceptedCount > 500, `${acceptedCount}`);
});

Deno.test("a line that is cut off anywhere is left to others", () => {
  for (const line of LINES) {
    const bytes = new TextEncoder().encode(line + "\n");
    for (let to = 0; to < bytes.length; to++) {
      assertEquals(splice(bytes.slice(0, to)), undefined);
    }
  }
});

Deno.test("lines with more than go-trace's events hold are left to others", () => {
  for (
    const [from, to] of [
      ['"kind":"http"', '"kind":"server"'],
      ['"":""', '"":1'],
      ['"":""', '"":["x"]'],
      ["}}", '},"service":"shop"}'],
      ["}}", '},"running":true}'],
      ["2026-03-11T10:00:01", "0999-03-11T10:00:01"],
      ["2026-03-11T10:00:01", "2026-02-30T10:00:01"],
      [".123456789", ".1234567891"],
      ["2026-03-11T19", "2926-03-11T19"],
    ] as const
  ) {
    const line = LINES[1].replace(from, to);
    assert(line !== LINES[1]);
    assertEquals(splice(new TextEncoder().encode(line + "\n")), undefined, line);
  }
});

Deno.test("moved times are written with as many digits as they need", () => {
  const line = new TextEncoder().encode(LINES[1] + "\n");
  const { events } = splice(line, (time) => time.slice(0, 19) + ".000000001+00:00")!;
  const [start, end] = events.split("\n").map((event) => event && JSON.parse(event));
  assertEquals(start.time, "2026-03-11T19:00:00.000000001+00:00");
  assertEquals(end.time, "2026-03-11T10:00:01.000000001+00:00");
  assertEquals(end.attrs, { 'a"b': "c\\", "": "" });
});
