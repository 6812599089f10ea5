import { assert, assertEquals } from "@std/assert";
import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import { OWN_KEYS, restoreOwnAttributes } from "../../src/wire/own_attributes.ts";
import { BASE_NANO, sampleSpan } from "../exporters/sample_spans.ts";

function withAttributes(entries: [string, AttributeValue][]): ReturnType<typeof sampleSpan> {
  return sampleSpan({ kind: "server", attributes: createAttributes(entries) });
}

Deno.test("what own attributes tell of is put back, and they are gone", () => {
  const restored = restoreOwnAttributes(withAttributes([
    [OWN_KEYS.traceId, "T"],
    [OWN_KEYS.spanId, "S"],
    [OWN_KEYS.parentId, "P"],
    [OWN_KEYS.kind, "sql"],
    [OWN_KEYS.indicator, "true"],
    [OWN_KEYS.start, "5"],
    [OWN_KEYS.end, "3"],
    ["kept", "k"],
  ]));
  const { traceId, spanId, parentId, kind, indicator, attributes } = restored;
  assertEquals([traceId, spanId, parentId, kind, indicator], ["T", "S", "P", "sql", true]);
  assertEquals([restored.startTimeUnixNano, restored.endTimeUnixNano], [5n, 3n]);
  assertEquals({ ...attributes }, { kept: "k" });
});

Deno.test("a state takes the end away, and a length before the start moves it", () => {
  const running = restoreOwnAttributes(withAttributes([[OWN_KEYS.state, "unfinished"]]));
  assertEquals([running.state, running.endTimeUnixNano], ["unfinished", undefined]);
  const backwards = restoreOwnAttributes(withAttributes([[OWN_KEYS.duration, "-7"]]));
  assertEquals(backwards.endTimeUnixNano, BASE_NANO - 7n);
});

Deno.test("what makes no sense stays an attribute, and a span without any is the same object", () => {
  const odd = withAttributes([
    [OWN_KEYS.kind, "nonsense"],
    [OWN_KEYS.state, "ended"],
    [OWN_KEYS.start, "1e9"],
    [OWN_KEYS.traceId, ""],
    ["trace.of.something", "x"],
  ]);
  assert(restoreOwnAttributes(odd) === odd);
  const plain = sampleSpan();
  assert(restoreOwnAttributes(plain) === plain);
});

Deno.test("only a go-trace span's id of 32 digits gets short again", () => {
  const traceId = "000000000000000000000000000000b1";
  const attributes = createAttributes([[OWN_KEYS.kind, "http"]]);
  assertEquals(
    restoreOwnAttributes(sampleSpan({ traceId, attributes })).traceId,
    "00000000000000b1",
  );
  assertEquals(restoreOwnAttributes(sampleSpan({ traceId })).traceId, traceId);
});
