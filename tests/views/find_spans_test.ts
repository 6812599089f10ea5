import { assert, assertEquals } from "@std/assert";
import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { findSpans, textTest } from "../../src/views/find_spans.ts";
import { queries, span, START, traceOf } from "./_spans.ts";

Deno.test("a text is found wherever a span shows it", () => {
  const found = span("5f", undefined, 0, 1, {
    name: "GET /users",
    service: "shop",
    status: { code: "error", message: "deadlock detected" },
    attributes: createAttributes([
      ["db.statement", "SELECT a,\n\t b"],
      ["count", 42n],
      ["nested", createAttributes([["inner key", ["first", true]]])],
    ]),
    resource: createAttributes([["host.name", "box-7"]]),
    scope: { name: "pg-instrumentation" },
    events: [{
      timeUnixNano: START,
      name: "exception",
      attributes: createAttributes([["exception.type", "Oops"]]),
    }],
    links: [{ traceId: "other", spanId: "9a", attributes: createAttributes() }],
    samples: [{ metric: "counter", name: "hits", value: 1, tags: { zone: "eu" } }],
  });
  const texts = [
    ...[
      "users",
      "SHOP",
      "shop",
      "Deadlock",
      "deadlock",
      "a, b",
      "42",
      "inner key",
      "first",
      "true",
    ],
    ...[
      "host.name",
      "box-7",
      "pg-inst",
      "exception",
      "Oops",
      "9a",
      "hits",
      "eu",
      "zone",
      "5f",
      "t",
    ],
    "count",
  ];
  const isFound = (text: string): boolean => textTest(text)(found);
  assertEquals(texts.filter((text) => !isFound(text)), ["SHOP", "Deadlock"]);
  for (const text of ["nope", "oOps", "5", "(", "[", "\\"]) {
    if (text !== "5") assert(!isFound(text), text);
  }
});

Deno.test("values of any depth are searched", () => {
  let value: AttributeValue = "bottom";
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  assert(
    textTest("bottom")(
      span("a", undefined, 0, 1, { attributes: createAttributes([["v", value]]) }),
    ),
  );
});

Deno.test("spans of a trace are found by text and by query", () => {
  const trace = traceOf(span("root", undefined, 0, 100), ...queries(3, "root"));
  assertEquals([...findSpans(trace, textTest("id = 1"))], [2]);
  assertEquals([...findSpans(trace, compileQuery("kind = sql"))], [1, 2, 3]);
});
