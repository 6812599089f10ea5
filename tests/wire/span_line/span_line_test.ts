import { assert, assertEquals, assertThrows } from "@std/assert";
import { type AttributeValue, createAttributes } from "../../../src/model/attributes.ts";
import type { MetricSample, Span } from "../../../src/model/span.ts";
import { changeSpan } from "../../../src/model/change_span.ts";
import { decodeSpanBatch } from "../../../src/wire/span_line/decode_span_batch.ts";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { decodeSpanLine, decodeSpanLines } from "../../../src/wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../../../src/wire/span_line/encode_span_line.ts";

const TIMES = '"start_time":"1970-01-01T00:00:00Z","end_time":"1970-01-01T00:00:01Z"';
const LINE = `{"id":"s","trace_id":"t","name":"n","kind":"http",${TIMES}}`;

/** The line with more fields, or with other values for the fields it has. */
function lineWith(fields: string): string {
  return LINE.slice(0, -1) + "," + fields + "}";
}

function attributesOf(json: string): Record<string, unknown> {
  return { ...decodeSpanLine(lineWith(`"attrs":${json}`)).attributes };
}

/** Repeatable pseudo-random choices. */
class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = Math.imul(this.#state, 1664525) + 1013904223 >>> 0;
    return Math.floor(this.#state / 2 ** 32 * limit);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  maybe<T>(make: () => T): T | undefined {
    return this.below(2) === 0 ? make() : undefined;
  }

  some<T>(make: () => T): T[] {
    return Array.from({ length: 1 + this.below(3) }, make);
  }
}

const STRINGS = [
  "a",
  "GET /users",
  '"quoted" \\ back\\\\slash\\"',
  "\0",
  "\0" + "12",
  "\0\0x",
  "line\nend\r\n",
  "\u2028\u2029",
  "</script>&",
  "\x1b[2Jgone",
  "\ud800",
  "x\udfff",
  "😀 ünï",
  "1",
  "1.5e3",
  "{}",
  ',"id":"other"',
  "\ufeff",
  "x".repeat(1000),
];
const KEYS = [
  "a",
  "__proto__",
  "constructor",
  "toString",
  "1",
  "0",
  "$double",
  "$map",
  "",
  '"',
  "\0",
];
const INTEGERS = [
  0n,
  1n,
  -1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 64n - 1n,
  10n ** 30n,
];
const DOUBLES = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  1e-7,
  2 ** 53,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  NaN,
  Infinity,
  -Infinity,
];

function anyValue(choices: Choices, depth: number): AttributeValue {
  switch (choices.below(depth > 0 ? 8 : 5)) {
    case 0:
      return choices.of(INTEGERS);
    case 1:
      return choices.of(DOUBLES);
    case 2:
      return choices.below(2) === 0;
    case 3:
      return Uint8Array.from({ length: choices.below(5) }, () => choices.below(256));
    case 4:
      return choices.of(STRINGS);
    case 5:
      return Array.from({ length: choices.below(4) }, () => anyValue(choices, depth - 1));
    default:
      return anyAttributes(choices, depth - 1);
  }
}

function anyAttributes(choices: Choices, depth = 2): Record<string, AttributeValue> {
  return createAttributes(
    Array.from({ length: choices.below(4) }, () => [choices.of(KEYS), anyValue(choices, depth)]),
  );
}

function anyTime(choices: Choices): bigint {
  return choices.of([
    0n,
    -1n,
    1_773_223_200_123_456_789n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 64n - 1n,
    BigInt(choices.below(2 ** 31)) * 1_000_000_000n + BigInt(choices.below(1e9)),
  ]);
}

function anySample(choices: Choices): MetricSample {
  return withoutUndefined({
    metric: choices.of(["counter", "gauge", "histogram", "set", "status"]),
    name: choices.of(STRINGS),
    value: choices.of(DOUBLES),
    timeUnixNano: choices.maybe(() => anyTime(choices)),
    message: choices.maybe(() => choices.of(STRINGS)),
    status: choices.maybe(() => choices.of(["ok", "warning", "critical", "unknown"])),
    rate: choices.maybe(() => choices.of([0.5, 1, 1e-9])),
    tags: choices.maybe(() => createAttributes([["a", choices.of(STRINGS)], ["__proto__", "x"]])),
    unit: choices.maybe(() => choices.of(STRINGS)),
    scope: choices.maybe(() => choices.of(["default", "local", "global"])),
  }) as MetricSample;
}

/** A field with a number of 32 bits, or none. */
function anyCount(choices: Choices, field: string): Record<string, number> {
  return choices.below(2) === 0 ? {} : { [field]: choices.of([1, 257, 2 ** 31, 2 ** 32 - 1]) };
}

function anySpan(choices: Choices): Span {
  const state = choices.of(["ended", "running", "unfinished"] as const);
  const isEnded = state === "ended";
  const resource = anyAttributes(choices);
  return withoutUndefined({
    traceId: choices.of(STRINGS),
    spanId: choices.of(STRINGS),
    parentId: choices.maybe(() => choices.of(STRINGS)),
    name: choices.of([...STRINGS, ""]),
    kind: choices.of([
      "function",
      "http",
      "sql",
      "internal",
      "server",
      "client",
      "producer",
      7,
      -1,
    ]),
    startTimeUnixNano: anyTime(choices),
    endTimeUnixNano: isEnded ? anyTime(choices) : undefined,
    startOffsetMinutes: choices.maybe(() => choices.of([540, -330, 1439, -1])),
    endOffsetMinutes: isEnded ? choices.maybe(() => choices.of([60, -60])) : undefined,
    state,
    attributes: anyAttributes(choices, 4),
    events: choices.maybe(() =>
      choices.some(() => ({
        timeUnixNano: anyTime(choices),
        name: choices.of(STRINGS),
        attributes: anyAttributes(choices),
        ...anyCount(choices, "droppedAttributesCount"),
      }))
    ),
    links: choices.maybe(() =>
      choices.some(() => ({
        traceId: choices.of(STRINGS),
        spanId: choices.of(STRINGS),
        attributes: anyAttributes(choices),
        ...anyCount(choices, "flags"),
        ...anyCount(choices, "droppedAttributesCount"),
        ...choices.maybe(() => ({ traceState: choices.of(STRINGS) })),
      }))
    ),
    status: choices.maybe(() =>
      withoutUndefined({
        code: choices.of(["ok", "error"] as const),
        message: choices.maybe(() => choices.of(STRINGS)),
      })
    ),
    traceState: choices.maybe(() => choices.of(STRINGS)),
    resource: Object.keys(resource).length > 0 ? resource : undefined,
    resourceSchemaUrl: choices.maybe(() => choices.of(STRINGS)),
    ...anyCount(choices, "resourceDroppedAttributesCount"),
    scope: choices.maybe(() =>
      withoutUndefined({
        name: choices.of(STRINGS),
        version: choices.maybe(() => choices.of(STRINGS)),
        attributes: choices.maybe(() => createAttributes([["a", anyValue(choices, 2)]])),
        schemaUrl: choices.maybe(() => choices.of(STRINGS)),
        ...anyCount(choices, "droppedAttributesCount"),
      })
    ),
    ...anyCount(choices, "flags"),
    ...anyCount(choices, "droppedAttributesCount"),
    ...anyCount(choices, "droppedEventsCount"),
    ...anyCount(choices, "droppedLinksCount"),
    service: choices.maybe(() => choices.of(STRINGS)),
    indicator: choices.maybe(() => choices.below(2) === 0),
    error: choices.maybe(() => choices.below(2) === 0),
    samples: choices.maybe(() => choices.some(() => anySample(choices))),
  }) as Span;
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as T;
}

/** Everything in a value, in text that keeps apart what differs in type: 1 and 1n, 0 and -0. */
function describe(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Uint8Array) return `bytes(${value})`;
  if (Array.isArray(value)) return `[${value.map(describe)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${describe(record[key])}`)}}`;
}

/** Compares by {@linkcode describe}, and shows where two long descriptions part. */
function assertSame(actual: unknown, expected: unknown, seed: number): void {
  const [a, b] = [describe(actual), describe(expected)];
  if (a === b) return;
  let at = 0;
  while (a[at] === b[at]) at++;
  const from = Math.max(0, at - 40);
  assertEquals(a.slice(from, at + 40), b.slice(from, at + 40), `seed ${seed}`);
}

Deno.test("a span with any fields and values survives being written and read", () => {
  for (let seed = 0; seed < 5000; seed++) {
    const span = anySpan(new Choices(seed));
    const line = encodeSpanLine(span);
    assertEquals(line.indexOf("\n"), line.length - 1);
    // Through bytes, as it travels.
    const text = new TextDecoder().decode(new TextEncoder().encode(line));
    const read = decodeSpanLine(text);
    assertSame(read, span, seed);
    assertEquals(encodeSpanLine(read), line);
    assertEquals(describe(decodeSpanLines(text)), describe([span]));
  }
});

Deno.test("a batch of lines gives the same spans, whichever field is asked for first", () => {
  const choices = new Choices(7);
  for (let round = 0; round < 100; round++) {
    const spans = Array.from({ length: 1 + choices.below(60) }, () => anySpan(choices));
    const read = decodeSpanBatch(
      new TextEncoder().encode(spans.map((span) => encodeSpanLine(span)).join("")),
    );
    assertEquals(read.length, spans.length);
    read.forEach((span, index) => {
      const field = choices.of(Object.keys(spans[index]) as (keyof Span)[]);
      assertSame(span[field], spans[index][field], round);
      assertSame(changeSpan(span, {}), spans[index], round);
    });
  }
});

Deno.test("a batch has no span less for lines of other shapes, blank ones and a missing line end", () => {
  const other = `{"trace_id":"t","id":"o","kind":1,"name":"n",${TIMES},"attrs":{"n": 12, "l":[1]}}`;
  const [own, blank] = [LINE, ""];
  const read = decodeSpanBatch(new TextEncoder().encode([own, other, blank, own].join("\n")));
  assertEquals(read.map(({ spanId, kind }) => [spanId, kind]), [
    ["s", "http"],
    ["o", "http"],
    ["s", "http"],
  ]);
  assertEquals({ ...read[1].attributes }, { n: 12n, l: [1n] });
});

Deno.test("integers of any length and numbers of every notation are read from a batch as from a line", () => {
  const attrs =
    '{"a":-0,"b":9007199254740993,"c":-123456789012345678901234567890,"d":1e3,"e":1.50,' +
    '"f":-0.0,"g":"","h":true,"i":false,"__proto__":"p","1":"one","a":7}';
  const line = lineWith(`"attrs":${attrs}`);
  const [span] = decodeSpanBatch(new TextEncoder().encode(line + "\n"));
  assertSame(span.attributes, decodeSpanLine(line).attributes, 0);
});

Deno.test("fields come in one order, and what is empty is absent", () => {
  assertEquals(
    encodeSpanLine({
      traceId: "t",
      spanId: "s",
      parentId: "",
      name: "",
      kind: "function",
      startTimeUnixNano: 0n,
      endTimeUnixNano: 1n,
      endOffsetMinutes: 60,
      state: "ended",
      attributes: {},
      events: [],
      links: [],
      samples: [],
      resource: {},
      traceState: "",
      flags: 0,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }),
    '{"id":"s","trace_id":"t","name":"","kind":"function","start_time":"1970-01-01T00:00:00Z",' +
      '"end_time":"1970-01-01T01:00:00.000000001+01:00"}\n',
  );
});

Deno.test("kinds are words, or go-trace's numbers when asked for, and are read as either", () => {
  const numbers = new Map([["function", 0], ["http", 1], ["sql", 2], ["internal", 0], [
    "server",
    1,
  ]]);
  for (const [kind, number] of numbers) {
    const span = decodeSpanLine(lineWith(`"kind":"${kind}"`));
    assertEquals(span.kind, kind);
    const line = encodeSpanLine(span, { numericKinds: true });
    assert(line.includes(`"kind":${number},`), line);
  }
  assertEquals(decodeSpanLine(lineWith('"kind":2')).kind, "sql");
  assertEquals(decodeSpanLine(lineWith('"kind":9')).kind, 9);
});

Deno.test("integers keep all their digits and doubles stay doubles", () => {
  assertEquals(
    attributesOf('{"a":9007199254740993,"b":1.0,"c":-0,"d":1e2,"e":[1,2.5],"f":"\\u00001"}'),
    {
      a: 9007199254740993n,
      b: 1,
      c: 0n,
      d: 100,
      e: [1n, 2.5],
      f: "\u00001",
    },
  );
  const line = encodeSpanLine({
    ...decodeSpanLine(LINE),
    attributes: { a: 1n, b: 1, c: NaN, d: -0, e: 1e300, f: new Uint8Array([1, 2]) },
  });
  assert(
    line.includes(
      '"attrs":{"a":1,"b":1.0,"c":{"$double":"NaN"},"d":-0.0,"e":1e+300,"f":{"$bytes":"AQI="}}',
    ),
    line,
  );
});

Deno.test("maps that look like a notation of ours are told from it", () => {
  for (
    const map of [
      { $double: "NaN" },
      { $bytes: "AQI=" },
      { $map: { $map: { a: 1n } } },
      { $double: 1.5 },
      { $double: "NaN", other: true },
    ] as AttributeValue[]
  ) {
    const span = { ...decodeSpanLine(LINE), attributes: { map } };
    const read = decodeSpanLine(encodeSpanLine(span));
    assertEquals(describe(read.attributes), describe({ map }));
  }
  // Written by somebody else: kept as they are.
  assertEquals(
    describe(attributesOf('{"a":{"$double":"x"},"b":{"$bytes":"?"},"c":{"$map":1}}')),
    '{"a":{"$double":"x"},"b":{"$bytes":"?"},"c":{"$map":1n}}',
  );
});

Deno.test("keys that objects have by nature are plain data", () => {
  const { attributes } = decodeSpanLine(lineWith('"attrs":{"__proto__":"x","constructor":"y"}'));
  assertEquals(Object.getPrototypeOf(attributes), null);
  assertEquals(Object.entries(attributes), [["__proto__", "x"], ["constructor", "y"]]);
  const nested = decodeSpanLine(lineWith('"attrs":{"a":{"__proto__":{"b":1}}}'));
  assertEquals(describe(nested.attributes), '{"a":{"__proto__":{"b":1n}}}');
  assertEquals(({} as Record<string, unknown>).b, undefined);
});

Deno.test("values nested 100,000 deep are written and read", () => {
  const depth = 100_000;
  const json = "[".repeat(depth) + "1" + "]".repeat(depth);
  const span = decodeSpanLine(lineWith(`"attrs":{"a":${json}}`));
  assert(encodeSpanLine(span).includes(json));
});

Deno.test("a span without an end is running or unfinished; an end counts for more", () => {
  const open = `{"id":"s","trace_id":"t","name":"n","kind":0,"start_time":"1970-01-01T00:00:00Z"`;
  assertEquals(decodeSpanLine(open + ',"running":true}').state, "running");
  assertEquals(decodeSpanLine(open + ',"unfinished":true}').state, "unfinished");
  assertEquals(decodeSpanLine(open + "}").state, "unfinished");
  assertEquals(decodeSpanLine(lineWith('"running":true')).state, "ended");
});

Deno.test("unknown fields, and null for what is optional, are passed over", () => {
  const span = decodeSpanLine(
    lineWith('"children":[{}],"later":{"a":1},"parent_id":null,"attrs":{"a":null},"events":null'),
  );
  assertEquals(span, decodeSpanLine(LINE));
});

Deno.test("a field of the wrong shape is named", () => {
  for (
    const [fields, named] of [
      ['"id":1', '"id" is 1'],
      ['"id":""', '"id" is ""'],
      ['"trace_id":null', '"trace_id" is null'],
      ['"parent_id":{}', '"parent_id" is an object'],
      ['"name":[]', '"name" is a list'],
      ['"kind":"other"', '"kind"'],
      ['"kind":1.5', '"kind"'],
      ['"start_time":"yesterday"', '"start_time" is "yesterday"'],
      ['"end_time":0', '"end_time" is 0'],
      ['"attrs":[]', '"attrs"'],
      ['"attrs":{"a":[1,{"b":[null]}]}', '"attrs.a[1].b[0]" is null'],
      ['"running":1,"end_time":null', '"running"'],
      ['"service":1', '"service"'],
      ['"error":"yes"', '"error"'],
      ['"status":{"code":"bad"}', '"status.code" is "bad"'],
      ['"events":{}', '"events"'],
      ['"events":[{"time":"1970-01-01T00:00:00Z"}]', '"events[0].name" is missing'],
      ['"links":[1]', '"links[0]" is 1'],
      ['"resource":"x"', '"resource"'],
      ['"scope":{}', '"scope.name" is missing'],
      ['"scope":{"name":"n","attrs":[]}', '"scope.attrs"'],
      ['"scope":{"name":"n","schema_url":1}', '"scope.schema_url" is 1'],
      ['"resource_dropped_attributes":"1"', '"resource_dropped_attributes" is "1"'],
      ['"flags":4294967296', '"flags" is 4294967296'],
      ['"dropped_events":-1', '"dropped_events" is -1'],
      ['"links":[{"trace_id":"t","span_id":"s","flags":1.5}]', '"links[0].flags" is 1.5'],
      ['"samples":[{"metric":"x"}]', '"samples[0].metric"'],
      ['"samples":[{"metric":"set","name":"n","value":"1"}]', '"samples[0].value"'],
      ['"samples":[{"metric":"set","name":"n","value":1,"tags":{"a":1}}]', '"samples[0].tags.a"'],
    ]
  ) assertThrows(() => decodeSpanLine(lineWith(fields)), DecodeError, named);
});

Deno.test("text that is no JSON object is a DecodeError, wherever it was cut", () => {
  const line = encodeSpanLine(anySpan(new Choices(3))).trimEnd();
  for (let cut = 0; cut < line.length; cut++) {
    assertThrows(() => decodeSpanLine(line.slice(0, cut)), DecodeError);
  }
  for (const text of ["null", "[]", "1", '"x"', LINE + LINE]) {
    assertThrows(() => decodeSpanLine(text), DecodeError);
    assertThrows(() => decodeSpanLines(text), DecodeError);
  }
});

Deno.test("children come behind their parents, with their types, however deep they are nested", () => {
  function child(id: string, more = ""): string {
    return `{"id":"${id}","trace_id":"t","name":"n","kind":0,${TIMES}${more}}`;
  }
  const inner = child("c", ',"parent_id":"else","attrs":{"n":9007199254740993}');
  const spans = decodeSpanLines(
    child("a", `,"children":[${child("b", `,"children":[${inner}]`)},${child("d")}]`),
  );
  assertEquals(spans.map((span) => span.spanId), ["a", "b", "c", "d"]);
  assertEquals(spans.map((span) => span.parentId), [undefined, "a", "else", "a"]);
  assertEquals(spans[2].attributes.n, 9007199254740993n);

  const depth = 20_000;
  let deep = "";
  for (let i = 0; i < depth; i++) deep += child(String(i)).slice(0, -1) + ',"children":[';
  deep += child("last") + "]}".repeat(depth);
  assertEquals(decodeSpanLines(deep).length, depth + 1);

  assertThrows(() => decodeSpanLines(child("a", ',"children":[1]')), DecodeError, '"children"');
  assertThrows(() => decodeSpanLines(child("a", ',"children":{}')), DecodeError, '"children"');
});
