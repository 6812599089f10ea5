import { assert, assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { InvalidUtf8Error } from "../../../src/wire/protobuf/protobuf_reader.ts";
import { decodeSsfSpan } from "../../../src/wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../../src/wire/ssf/encode_ssf_span.ts";
import { createSsfSample, createSsfSpan, type SsfSpan } from "../../../src/wire/ssf/ssf_span.ts";
import { generateSpans } from "./_generated_spans.ts";

const SMALL = encodeSsfSpan(createSsfSpan({
  version: -1,
  traceId: 2n ** 63n - 1n,
  name: "näme",
  tags: { a: "b" },
  metrics: [createSsfSample({ metric: "set", value: 1.5, tags: { c: "d" }, unit: "ms" })],
}));

/** Decodes what may be anything: a span, or the error that must be the only kind there is. */
function decodeAny(bytes: Uint8Array): SsfSpan | undefined {
  try {
    return decodeSsfSpan(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    assert(error.offset >= 0 && error.offset <= bytes.length, `${error.offset} ${error.message}`);
    return undefined;
  }
}

function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("any span is the same after encoding and decoding", () => {
  for (const span of generateSpans(500)) assertEquals(decodeSsfSpan(encodeSsfSpan(span)), span);
});

Deno.test("a span of defaults has no bytes, and none gives it", () => {
  assertEquals(encodeSsfSpan(createSsfSpan()), new Uint8Array());
  assertEquals(decodeSsfSpan(new Uint8Array()), createSsfSpan());
});

Deno.test("floats have the precision of 32 bits", () => {
  const span = createSsfSpan({ metrics: [createSsfSample({ value: 0.1, sampleRate: 1e300 })] });
  const [sample] = decodeSsfSpan(encodeSsfSpan(span)).metrics;
  assertEquals([sample.value, sample.sampleRate], [Math.fround(0.1), Infinity]);
});

Deno.test("integers with too many bits are not encoded", () => {
  for (const span of [{ id: 2n ** 63n }, { id: -(2n ** 63n) - 1n }, { version: 2 ** 31 }]) {
    assertThrows(() => encodeSsfSpan(createSsfSpan(span)), RangeError);
  }
  // What failed leaves nothing behind in the next message.
  assertEquals(encodeSsfSpan(createSsfSpan({ id: 1n })), Uint8Array.of(0x18, 1));
});

Deno.test("half a surrogate pair is replaced, as UTF-8 has none", () => {
  const span = createSsfSpan({ name: "a\ud800", service: "\udc00" + "x".repeat(100) });
  const { name, service } = decodeSsfSpan(encodeSsfSpan(span));
  assertEquals([name, service], ["a\ufffd", "\ufffd" + "x".repeat(100)]);
});

Deno.test("tags have no prototype, and any key is plain data", () => {
  const tags = { ["__proto__"]: "1", constructor: "2" };
  const decoded = decodeSsfSpan(encodeSsfSpan(createSsfSpan({ tags }))).tags;
  assertEquals(Object.getPrototypeOf(decoded), null);
  assertEquals([decoded["__proto__"], decoded["constructor"]], ["1", "2"]);
});

Deno.test("fields that nobody knows are skipped, whatever their type", () => {
  const unknown = [
    [0x78, 0x96, 0x01], // 15, varint
    [0x79, 1, 2, 3, 4, 5, 6, 7, 8], // 15, 64 bits
    [0x7a, 3, 0xff, 0xff, 0xff], // 15, bytes
    [0x7d, 1, 2, 3, 4], // 15, 32 bits
    [0x7b, 0x08, 1, 0x13, 0x14, 0x7c], // 15, a group with a group in it
    [0xf8, 0xff, 0xff, 0xff, 0x0f, 1], // the highest number there is
    [0x4a, 1, 0x61], // 9, reserved in a span
  ];
  for (const field of unknown) {
    assertEquals(decodeSsfSpan(concat(field, SMALL)), decodeSsfSpan(SMALL));
    assertEquals(decodeSsfSpan(concat(SMALL, field)), decodeSsfSpan(SMALL));
    // Inside a sample and inside a tag.
    const sample = concat([0x52, field.length + 3], field, [0x12, 1, 0x61]);
    assertEquals(decodeSsfSpan(sample).metrics[0].name, "a");
    const tag = concat([0x5a, field.length + 3], field, [0x0a, 1, 0x61]);
    assertEquals({ ...decodeSsfSpan(tag).tags }, { a: "" });
  }
});

Deno.test("of a field that comes twice the last one holds, and samples add up", () => {
  const first = createSsfSpan({ name: "a", tags: { k: "1" }, metrics: [createSsfSample()] });
  const second = createSsfSpan({ name: "b", tags: { k: "2" }, metrics: [createSsfSample()] });
  const { name, tags, metrics } = decodeSsfSpan(
    concat(encodeSsfSpan(first), encodeSsfSpan(second)),
  );
  assertEquals([name, { ...tags }, metrics.length], ["b", { k: "2" }, 2]);
});

Deno.test("what breaks the rules is an error at the place where it does", () => {
  const broken: [string, number[], number][] = [
    ["number that ends too early", [0x10, 0x80], 2],
    ["number of eleven bytes", [0x10, ...Array(10).fill(0x80), 1], 1],
    ["number of 65 bits", [0x10, ...Array(9).fill(0xff), 2], 1],
    ["field number 0", [0x00, 1], 0],
    ["field number of 33 bits", [0x80, 0x80, 0x80, 0x80, 0x10, 1], 0],
    ["length beyond the end", [0x42, 5, 0x61], 2],
    ["length of 4 GiB", [0x42, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x61], 6],
    ["length of 64 bits", [0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], 1],
    ["tag that reaches beyond its map entry", [0x5a, 2, 0x0a, 3, 1, 2, 3], 4],
    ["sample that reaches beyond the span", [0x52, 9, 0x12, 1, 0x61], 2],
    ["text as an integer", [0x12, 1, 0x61], 1],
    ["integer as text", [0x40, 1], 1],
    ["double as a float", [0x52, 9, 0x19, 0, 0, 0, 0, 0, 0, 0, 0], 3],
    ["wire type 6", [0x7e], 1],
    ["group that does not end", [0x7b, 0x08, 1], 1],
    ["group that ends as another", [0x7b, 0x84, 1], 3],
    ["end of a group that is not open", [0x7c], 1],
    ["known field as a group", [0x13, 0x14], 1],
  ];
  for (const [what, bytes, offset] of broken) {
    const error = assertThrows(() => decodeSsfSpan(Uint8Array.from(bytes)), DecodeError, "", what);
    assertEquals((error as DecodeError).offset, offset, what);
  }
});

Deno.test("groups that are nested without end are an error, not a crash", () => {
  assertEquals(decodeAny(new Uint8Array(1_000_000).fill(0x7b)), undefined);
});

Deno.test("text that is no UTF-8 is told apart, with its place", () => {
  for (const text of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [...Array(40).fill(0x61), 0x80]]) {
    const bytes = Uint8Array.from([0x18, 1, 0x42, text.length, ...text]);
    const error = assertThrows(() => decodeSsfSpan(bytes), InvalidUtf8Error);
    assertEquals((error as InvalidUtf8Error).offset, 4);
  }
});

Deno.test("a message that is cut off anywhere gives a span or a DecodeError", () => {
  for (const bytes of [SMALL, ...generateSpans(20, 2).map(encodeSsfSpan)]) {
    const step = Math.max(1, Math.floor(bytes.length / 500));
    for (let length = 0; length < bytes.length; length += step) decodeAny(bytes.slice(0, length));
  }
});

Deno.test("a message with any one byte changed gives a span or a DecodeError", () => {
  let decodedCount = 0;
  for (let at = 0; at < SMALL.length; at++) {
    const bytes = SMALL.slice();
    for (let value = 0; value < 256; value++) {
      bytes[at] = value;
      const span = decodeAny(bytes);
      if (span === undefined) continue;
      decodedCount++;
      assertEquals(decodeSsfSpan(encodeSsfSpan(span)), span);
    }
  }
  assert(decodedCount > 0);
});
