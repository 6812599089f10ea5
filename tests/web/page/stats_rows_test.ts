import { assertEquals } from "@std/assert";
import { createAttributes } from "../../../src/model/attributes.ts";
import type { Span } from "../../../src/model/span.ts";
import { compileQuery } from "../../../src/query/compile_query.ts";
import { operationQuery, quoteText, sortRows } from "../../../src/web/page/stats/stats_rows.ts";

const SPAN: Span = {
  traceId: "t",
  spanId: "a",
  name: "GET",
  kind: "server",
  startTimeUnixNano: 0n,
  endTimeUnixNano: 1n,
  state: "ended",
  attributes: createAttributes([["http.route", "/users/7/orders"]]),
  service: "shop",
};

Deno.test("the query of an operation finds its spans, whatever values stand in their names", () => {
  const endpoint = compileQuery(operationQuery({ service: "shop", name: "GET /users/{id}" }));
  assertEquals(endpoint.matchesSpan(SPAN), true);
  const sql = {
    ...SPAN,
    attributes: createAttributes([["db.statement", "SELECT *\n FROM t WHERE id = 7"]]),
  };
  const query = compileQuery(operationQuery({ service: "", name: "SELECT * FROM t WHERE id = ?" }));
  assertEquals([query.matchesSpan(sql), query.matchesSpan(SPAN)], [true, false]);
});

Deno.test("any text can be quoted in a query", () => {
  for (const text of [`"`, "\\", `a "b" \\n c`, "'`\n", "{ } | &&"]) {
    const query = compileQuery(`name = ${quoteText(text)}`);
    assertEquals(query.matchesSpan({ ...SPAN, name: text }), true, text);
  }
});

Deno.test("rows sort by numbers and by texts, what is not known last when the most comes first", () => {
  const rows = [{ n: 2, s: "b" }, { n: null, s: "a" }, { n: 10, s: "C" }];
  assertEquals(sortRows(rows, "-n").map(({ n }) => n), [10, 2, null]);
  assertEquals(sortRows(rows, "s").map(({ s }) => s), ["C", "a", "b"]);
});
