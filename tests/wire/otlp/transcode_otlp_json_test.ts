import { assert, assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../../../src/wire/otlp/encode_otlp.ts";
import { transcodeOtlpJson } from "../../../src/wire/otlp/transcode_otlp_json.ts";
import { transcodeOtlpProtobuf } from "../../../src/wire/otlp/transcode_otlp_protobuf.ts";
import { decodeSpanLine } from "../../../src/wire/span_line/decode_span_line.ts";
import type { TranscodeResult } from "../../../src/wire/span_line/transcode_result.ts";
import { CollectedLines } from "./_collected_lines.ts";
import { generateSpans } from "./_generated_spans.ts";

const TRACE_ID = "ab".repeat(16);
const SPAN_ID = "cd".repeat(8);

function transcode(json: string): { result: TranscodeResult; lines: string[] } {
  const sink = new CollectedLines();
  return { result: transcodeOtlpJson(new TextEncoder().encode(json), sink), lines: sink.lines };
}

/** A request with one span that has more fields, written in JSON. */
function requestOf(...fields: string[]): string {
  const spans = fields.map((more) =>
    `{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}","endTimeUnixNano":"1"${more && ","}${more}}`
  );
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`;
}

/** Attributes of a span with one of the name `a`, whose value is given in JSON. */
function valueOf(json: string): unknown {
  const { lines } = transcode(requestOf(`"attributes":[{"key":"a","value":${json}}]`));
  return decodeSpanLine(lines[0]).attributes.a;
}

Deno.test("the same spans in JSON and in protobuf are the same lines, to the byte", () => {
  for (let seed = 0; seed < 20; seed++) {
    const spans = generateSpans(50, seed);
    const [binary, text] = [new CollectedLines(), new CollectedLines()];
    const result = transcodeOtlpProtobuf(encodeOtlpProtobuf(spans), binary);
    const json = new TextEncoder().encode(encodeOtlpJson(spans));
    assertEquals(transcodeOtlpJson(json, text), result);
    assertEquals(text.lines, binary.lines);
    assertEquals(text.lines.length, 50);
  }
});

Deno.test("names in snake_case, ids in upper case and enums as words mean the same", () => {
  const { lines } = transcode(`{"resource_spans":[{"scope_spans":[{"spans":[{
    "trace_id":"${TRACE_ID.toUpperCase()}","span_id":"${SPAN_ID}","parent_span_id":"EF00000000000001",
    "kind":"SPAN_KIND_CLIENT","start_time_unix_nano":"1773223200123456789",
    "end_time_unix_nano":"1773223200123456790","status":{"code":"STATUS_CODE_ERROR","message":"no"},
    "attributes":[{"key":"a","value":{"string_value":"b"}}],"dropped_attributes_count":3}]}]}]}`);
  assertEquals(lines, [
    `{"id":"${SPAN_ID}","trace_id":"${TRACE_ID}","parent_id":"ef00000000000001","name":"",` +
    '"kind":"client","start_time":"2026-03-11T10:00:00.123456789Z",' +
    '"end_time":"2026-03-11T10:00:00.12345679Z","attrs":{"a":"b"},' +
    '"status":{"code":"error","message":"no"},"dropped_attributes":3}\n',
  ]);
});

Deno.test("64-bit numbers are exact as text and as numbers", () => {
  for (const quote of ['"', ""]) {
    const [time, integer] = ["1773223200123456789", "-9223372036854775807"];
    const { lines } = transcode(requestOf(
      `"startTimeUnixNano":${quote}${time}${quote},` +
        `"attributes":[{"key":"a","value":{"intValue":${quote}${integer}${quote}}}]`,
    ));
    const span = decodeSpanLine(lines[0]);
    assertEquals(span.startTimeUnixNano, BigInt(time));
    assertEquals(span.attributes.a, BigInt(integer));
  }
});

Deno.test("values keep their type", () => {
  assertEquals(valueOf('{"doubleValue":1}'), 1);
  assertEquals(valueOf('{"doubleValue":"NaN"}'), NaN);
  assertEquals(valueOf('{"doubleValue":"-Infinity"}'), -Infinity);
  assertEquals(valueOf('{"doubleValue":123456789012345678901}'), 123456789012345680000);
  assertEquals(valueOf('{"doubleValue":-0.0}'), -0);
  assertEquals(valueOf('{"intValue":1}'), 1n);
  assertEquals(valueOf('{"boolValue":false}'), false);
  assertEquals(valueOf('{"bytesValue":"+_8"}'), new Uint8Array([0xfb, 0xff]));
  assertEquals(valueOf('{"arrayValue":{"values":[{"intValue":"1"},{}]}}'), [1n, ""]);
  assertEquals(valueOf('{"arrayValue":{}}'), []);
  assertEquals(valueOf('{"stringValue":"\\ud800"}'), "\ufffd");
  assertEquals(valueOf("null"), "");
});

Deno.test("unknown fields, unknown words and null are passed over, however deep they are", () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  const { lines } = transcode(
    requestOf(`"later":${deep},"kind":"SPAN_KIND_LATER","events":null,"__proto__":1,"name":null`),
  );
  assertEquals(lines, transcode(requestOf("")).lines);
});

Deno.test("a span with a bad id costs itself only", () => {
  const bad = ["abc", "zz".repeat(16), "0".repeat(32), "ab".repeat(15), ""]
    .map((id) => `"traceId":"${id}"`);
  const { result, lines } = transcode(
    requestOf("", ...bad, '"parentSpanId":"xyz"', '"links":[{"traceId":"x"}]'),
  );
  assertEquals([result.accepted, result.rejected], [1, { invalid_id: bad.length + 2 }]);
  assertEquals(lines.length, 1);
});

Deno.test("values nested deeper than a hundred cost their span, far deeper ones their message", () => {
  function nested(depth: number): string {
    return '{"arrayValue":{"values":['.repeat(depth) + '{"boolValue":true}' + "]}}".repeat(depth);
  }
  function request(depth: number): string {
    return requestOf(`"attributes":[{"key":"a","value":${nested(depth)}}]`, "");
  }
  assert(transcode(request(100)).lines[0].includes("[".repeat(100) + "true"));
  const { result } = transcode(request(101));
  assertEquals([result.accepted, result.rejected], [1, { too_deep: 1 }]);
  for (const depth of [1000, 200_000]) assertThrows(() => transcode(request(depth)), DecodeError);
  for (const [open, close] of [["[", "]"], ['{"resourceSpans":', "}"]]) {
    const json = open.repeat(200_000) + "1" + close.repeat(200_000);
    assertThrows(() => transcode(json), DecodeError);
  }
});

Deno.test("a message of the wrong shape is a DecodeError that names the field, and nothing is written", () => {
  for (
    const [field, named] of [
      ['"name":1', 'Field "name" is 1, not text'],
      ['"attributes":{}', 'Field "attributes" is an object, not a list'],
      ['"attributes":[1]', 'Field "attributes" is 1, not an object'],
      ['"startTimeUnixNano":"-1"', 'Field "start_time_unix_nano" is "-1"'],
      ['"startTimeUnixNano":"18446744073709551616"', '"start_time_unix_nano"'],
      ['"startTimeUnixNano":1.5', '"start_time_unix_nano" is 1.5'],
      ['"flags":4294967296', '"flags" is 4294967296'],
      ['"kind":true', '"kind" is true'],
      ['"traceId":1', '"trace_id" is 1'],
      ['"attributes":[{"key":"a","value":{"bytesValue":"?"}}]', '"bytes_value"'],
      ['"attributes":[{"key":"a","value":{"boolValue":"yes"}}]', '"bool_value"'],
      ['"attributes":[{"key":"a","value":{"doubleValue":""}}]', '"double_value"'],
    ]
  ) {
    const sink = new CollectedLines();
    const request = new TextEncoder().encode(requestOf("", field));
    assertThrows(() => transcodeOtlpJson(request, sink), DecodeError, named);
    assertEquals(sink.lines, []);
  }
  for (const json of ["", "null", "[]", '"x"', "{", '{"resourceSpans":1}']) {
    assertThrows(() => transcode(json), DecodeError);
  }
  const notUtf8 = new Uint8Array([0x22, 0xff, 0x22]);
  assertThrows(() => transcodeOtlpJson(notUtf8, new CollectedLines()), DecodeError);
});

Deno.test("a text that is cut off anywhere is a DecodeError", () => {
  const json = requestOf('"name":"ü","attributes":[{"key":"a","value":{"doubleValue":-1.5e3}}]');
  const request = new TextEncoder().encode(json);
  for (let cut = 0; cut < request.length; cut++) {
    const sink = new CollectedLines();
    assertThrows(() => transcodeOtlpJson(request.subarray(0, cut), sink), DecodeError);
    assertEquals(sink.lines, []);
  }
});
