import { assertEquals, assertThrows } from "@std/assert";
import { createAttributes } from "../../../src/model/attributes.ts";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { transcodeJaegerThrift } from "../../../src/wire/jaeger/transcode_jaeger_thrift.ts";
import { transcodedSpans } from "../../testing/transcoded_spans.ts";
import {
  binary,
  bool,
  double,
  i32,
  i64,
  list,
  map,
  struct,
  type ThriftValue,
} from "./_thrift_writer.ts";

const START = 1_795_169_829_455_123n;
const SPAN = { 1: i64(-1n), 2: i64(0n), 3: i64(2n), 5: binary("get"), 8: i64(START), 9: i64(5n) };
const PROCESS = struct({ 1: binary("shop") });

Deno.test("every field of a Jaeger span finds its place, with all bits", () => {
  const tag = (key: string, type: number, field: number, value: ThriftValue): ThriftValue =>
    struct({ 1: binary(key), 2: i32(type), [field]: value });
  const reference = struct({ 1: i32(0), 2: i64(7n), 3: i64(1n), 4: i64(9n) });
  const tags = [
    tag("text", 0, 3, binary("größe")),
    tag("ratio", 1, 4, double(0.1)),
    tag("ok", 2, 5, bool(true)),
    tag("rows", 3, 6, i64(-9223372036854775808n)),
    tag("raw", 4, 7, binary(Uint8Array.of(0, 255))),
    tag("__proto__", 0, 3, binary("plain")),
    tag("span.kind", 0, 3, binary("client")),
  ];
  const { spans: [span], result } = read(
    struct({
      1: i64(-1n),
      2: i64(1n),
      3: i64(-2n),
      4: i64(3n),
      5: binary("get"),
      6: list([reference]),
      7: i32(3),
      8: i64(START),
      9: i64(5n),
      10: list(tags),
      11: list([struct({ 1: i64(START + 1n), 2: list([tag("event", 0, 3, binary("retry"))]) })]),
    }),
  );
  assertEquals(result, { accepted: 1, unfinished: 0, rejected: {} });
  const { attributes, links, ...rest } = span;
  assertEquals(rest, {
    traceId: "0000000000000001ffffffffffffffff",
    spanId: "fffffffffffffffe",
    parentId: "0000000000000003",
    name: "get",
    kind: "client",
    startTimeUnixNano: START * 1000n,
    endTimeUnixNano: (START + 5n) * 1000n,
    state: "ended",
    service: "shop",
    events: [{
      timeUnixNano: (START + 1n) * 1000n,
      name: "retry",
      attributes: createAttributes(),
    }],
  });
  assertEquals(Object.entries(attributes), [
    ["text", "größe"],
    ["ratio", 0.1],
    ["ok", true],
    ["rows", -9223372036854775808n],
    ["raw", Uint8Array.of(0, 255)],
    ["__proto__", "plain"],
    ["jaeger.debug", true],
  ]);
  assertEquals(links?.map(({ traceId, spanId }) => [traceId, spanId]), [
    ["00000000000000010000000000000007", "0000000000000009"],
  ]);
});

Deno.test("a reference is the parent where no field names one", () => {
  const refer = (type: number, trace: bigint, id: bigint): ThriftValue =>
    struct({ 1: i32(type), 2: i64(trace), 3: i64(0n), 4: i64(id) });
  const { spans } = read(
    struct({ ...SPAN, 6: list([refer(1, -1n, 8n), refer(0, -1n, 9n)]) }),
    struct({ ...SPAN, 6: list([refer(0, 5n, 9n), refer(1, -1n, 8n)]) }),
    struct({ ...SPAN, 6: list([refer(0, 5n, 9n)]) }),
  );
  assertEquals(spans.map(({ parentId }) => parentId), [
    "0000000000000009",
    "0000000000000008",
    undefined,
  ]);
  assertEquals(spans.map(({ links }) => links?.length), [1, 2, 1]);
});

Deno.test("what is not known, or of another type, is passed over", () => {
  const deep = struct({ 1: list([list([map([[i32(1), list([struct({})])]])])]), 2: map([]) });
  const { spans, result } = read(
    struct({ ...SPAN, 4: binary("text"), 10: i32(1), 11: list([i64(1n)]), 99: deep }),
  );
  assertEquals(result.accepted, 1);
  assertEquals([spans[0].parentId, spans[0].events], [undefined, undefined]);
  assertEquals(spans[0].traceId, "ffffffffffffffff");
});

Deno.test("one bad span is counted by what is wrong, the others are taken", () => {
  const { 3: _, ...noId } = SPAN;
  const { 8: __, ...noStart } = SPAN;
  const { 5: ___, ...noName } = SPAN;
  const { 9: ____, ...noEnd } = SPAN;
  const { spans, result } = read(
    struct(SPAN),
    struct(noId),
    struct(noStart),
    struct(noName),
    struct({ ...SPAN, 5: binary(Uint8Array.of(0xff)) }),
    struct({ ...SPAN, 8: i64(9223372036854775807n) }),
    struct({}),
    struct({ ...noEnd, 5: binary("last") }),
  );
  assertEquals(spans.map(({ name, state }) => [name, state]), [["get", "ended"], [
    "last",
    "running",
  ]]);
  assertEquals(result, {
    accepted: 2,
    unfinished: 1,
    rejected: { invalid_id: 2, invalid_time: 2, malformed: 1, invalid_utf8: 1 },
    firstProblem: "A span has no trace id or no id",
  });
});

Deno.test("a message that is cut anywhere is refused, and nothing of it is written", () => {
  const body = batch(struct({ ...SPAN, 99: struct({ 1: list([binary("x")]) }) }), struct(SPAN));
  for (let cut = 0; cut < body.length; cut++) {
    assertThrows(() => transcodeJaegerThrift(body.subarray(0, cut), NOWHERE), DecodeError);
  }
  const longer = Uint8Array.of(...body, 0);
  assertThrows(() => transcodeJaegerThrift(longer, NOWHERE), DecodeError, "too many");
});

Deno.test("a message with any byte changed is read or refused", () => {
  const body = batch(struct(SPAN), struct({ ...SPAN, 10: list([struct({ 1: binary("k") })]) }));
  for (let at = 0; at < body.length; at++) {
    for (const byte of [0, 1, 12, 13, 15, 127, 128, 255]) {
      const changed = body.slice();
      changed[at] = byte;
      try {
        transcodedSpans(transcodeJaegerThrift, changed);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
  }
});

Deno.test("lengths that lie, and structs without an end, are refused at once", () => {
  const huge = [0x7f, 0xff, 0xff, 0xff];
  for (
    const bytes of [
      [15, 0, 2, 12, ...huge],
      [15, 0, 9, 2, ...huge],
      [13, 0, 9, 2, 2, ...huge],
      [11, 0, 9, ...huge],
      [11, 0, 9, 0xff, 0xff, 0xff, 0xff],
      [7, 0, 9, 1],
      [12, 0, 2, ...Array.from({ length: 200_000 }, () => [12, 0, 1]).flat()],
    ]
  ) assertThrows(() => transcodeJaegerThrift(Uint8Array.from(bytes), NOWHERE), DecodeError);
});

const NOWHERE = {
  bytes: new Uint8Array(),
  reserve: (): number => {
    throw new Error("written");
  },
  commit: (): void => {},
};

function batch(...spans: ThriftValue[]): Uint8Array {
  return Uint8Array.from(struct({ 1: PROCESS, 2: list(spans) }).bytes);
}

function read(...spans: ThriftValue[]): ReturnType<typeof transcodedSpans> {
  return transcodedSpans(transcodeJaegerThrift, batch(...spans));
}
