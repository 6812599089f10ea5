import { assertEquals } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { BASE_NANO, richSpan, sampleSpan } from "../exporters/sample_spans.ts";
import { createCapturedIo } from "../testing/captured_io.ts";

const LINES = [
  richSpan(),
  sampleSpan({ service: "shop", parentId: "x", endTimeUnixNano: undefined, state: "unfinished" }),
  sampleSpan({ spanId: "c", endTimeUnixNano: BASE_NANO - 5n, status: { code: "ok" } }),
  sampleSpan({
    traceId: "0".repeat(31) + "1",
    spanId: "00000000000000c1",
    kind: "producer",
    attributes: createAttributes([["double", 1.5], ["empty", ""], ["nested", [["a"], [1n]]]]),
  }),
].map((span) => encodeSpanLine(span)).join("");

for (const format of ["jsonl", "otlp-jsonl", "chrome"]) {
  Deno.test(`what was exported as ${format} reads back and is exported as the same bytes`, async () => {
    const first = await exported(LINES, format);
    const second = await exported(first, format);
    // What the format has no place for is gone after the first time, and nothing after that.
    assertEquals(await exported(second, format), second);
    assertEquals(second.split("\n").length, first.split("\n").length);
    if (format === "jsonl") assertEquals(first, LINES);
    const names = (text: string): string[] => text.match(/"name":"[^"]*"/g)!.sort();
    assertEquals(names(second), names(first));
  });
}

async function exported(stdin: string, format: string): Promise<string> {
  const io = createCapturedIo({ stdin });
  assertEquals(await main(["export", "-", "--format", format], io), 0, io.err);
  return io.out;
}
