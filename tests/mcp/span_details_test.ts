import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createAttributes } from "../../src/model/attributes.ts";
import { ToolError } from "../../src/mcp/tool_error.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";
import { callTool, FakeSource, namedCall, sentBytes } from "./_sources.ts";

const STACK = Array.from({ length: 900 }, (_, line) => `\tat f${line} (app.js:${line}:1)`).join(
  "\n",
);
const HUGE = '🎉"\\x\x1b'.repeat(20_000);

const source = new FakeSource("file", [
  makeSpan("root", { ms: 10 }),
  makeSpan("child", {
    parentId: "root",
    name: "load",
    at: 1,
    ms: 2,
    attrs: { big: HUGE, id: 9007199254740993n, ["__proto__"]: "data", list: ["a", 1n] },
    status: { code: "error", message: "no\nway" },
    events: [{
      timeUnixNano: EPOCH + 1_500_000n,
      name: "exception",
      attributes: createAttributes([["exception.stacktrace", STACK]]),
    }],
    links: [{ traceId: "other", spanId: "x", attributes: createAttributes() }],
    resource: createAttributes([["service.name", "shop"]]),
    scope: { name: "lib", version: "1" },
    droppedEventsCount: 3,
  }),
]);

function details(args: Record<string, unknown>): Promise<string> {
  return callTool("span_details", { trace_id: "t", span_id: "child", ...args }, [source]);
}

Deno.test("details tell all that is known of a span, long values cut with their length", async () => {
  const answer = await details({});
  const lines = answer.split("\n");
  for (
    const line of [
      "name: load",
      "ids: trace t span child",
      "parent: #root root",
      "service: shop",
      "start: 2026-11-20T11:03:12.001Z (1000000ns after its trace)",
      "duration: 2ms (2000000ns), self 2ms",
      "status: error",
      "error: no way",
      "id = 9007199254740993",
      "__proto__ = data",
      'list = ["a",1]',
      "event[0].name = exception",
      "event[0].time = 2026-11-20T11:03:12.0015Z (500000ns in)",
      "dropped_events = 3",
      "link[0].trace_id = other",
      "scope.name = lib",
      "resource.service.name = shop",
    ]
  ) assert(lines.includes(line), `no line ${line} in ${answer}`);
  assertStringIncludes(answer, `(${HUGE.length.toLocaleString("en-US")} characters)`);
  assert(sentBytes(answer) < 5000);
  assertEquals(namedCall(answer, "span_details").attribute, "<name>");
});

Deno.test("a long value can be had whole, in pieces, without anything lost or harmful", async () => {
  for (const [attribute, value] of [["event[0].exception.stacktrace", STACK], ["big", HUGE]]) {
    let text = "";
    let args: Record<string, unknown> = { attribute };
    for (let piece = 0; piece < 1000; piece++) {
      const answer = await details(args);
      assert(sentBytes(answer) <= 20_000);
      assert(!answer.includes("\x1b"));
      const isSplit = /more character/.test(answer);
      const lines = answer.split("\n").slice(1).filter((line) => line.startsWith("| "));
      text += lines.map((line) => line.slice(2)).join("\n");
      if (!isSplit) break;
      args = namedCall(answer, "span_details");
      // A piece ends within a line, or where one ends.
      if (value[args.offset as number - 1] === "\n") text += "\n";
    }
    assertEquals(text.length > 10_000, true);
    assertEquals(text, value.replaceAll("\t", "  ").replaceAll("\x1b", "␛"));
  }
});

Deno.test("a name that is not there is told with those that are", async () => {
  const error = await assertRejects(() => details({ attribute: "nope" }), ToolError);
  assertStringIncludes(error.message, 'no value "nope"; it has status.message, big, id');
});

Deno.test("values that find no room are counted, and the rest can be had", async () => {
  const attrs = Object.fromEntries(
    Array.from({ length: 500 }, (_, id) => [`key${id}`, "v".repeat(90)]),
  );
  const many = new FakeSource("file", [makeSpan("s", { ms: 1, attrs })]);
  const seen = new Set<string>();
  let args: Record<string, unknown> = { trace_id: "t", span_id: "s" };
  for (let page = 0; page < 20; page++) {
    const answer = await callTool("span_details", args, [many]);
    assert(sentBytes(answer) <= 20_000);
    for (const [, key] of answer.matchAll(/^(key\d+) = /gm)) seen.add(key);
    if (!answer.includes("more value")) break;
    args = namedCall(answer, "span_details");
  }
  assertEquals(seen.size, 500);
});
