import { assert, assertEquals, assertThrows } from "@std/assert";
import { compareWith, matchOperation, parseRule, RuleError } from "../../src/analysis/rule.ts";

Deno.test("rules are read with and without spaces, an operation and a sign", () => {
  const rules: [string, string][] = [
    ["p95>+20%", "p95 - > ratio 0.2"],
    ["p95 >= +20 %", "p95 - >= ratio 0.2"],
    ["p50(GET /users/{id})<200ms", "p50 GET /users/{id} < value 200000000"],
    ["avg( GET * )>+1.5us", "avg GET * > change 1500"],
    ["total>-3s", "total - > change -3000000000"],
    ["count(SELECT count(*) FROM t)>=1", "count SELECT count(*) FROM t >= value 1"],
    ["errors>+2", "errors - > change 2"],
    ["count<-50%", "count - < ratio -0.5"],
    ["error_rate(*)<1%", "error_rate * < value 0.01"],
    ["error_rate>+0.5%", "error_rate - > change 0.005"],
    ["new>0", "new - > value 0"],
    ["n_plus_one>+0", "n_plus_one - > change 0"],
    ["p99(a) > b) > 5µs", "p99 a) > b > value 5000"],
  ];
  for (const [text, expected] of rules) {
    const { metric, pattern = "-", operator, value } = parseRule(text);
    assertEquals(`${metric} ${pattern} ${operator} ${value.type} ${value.amount}`, expected);
  }
});

Deno.test("what is no rule is refused with its column", () => {
  const wrong: [string, number][] = [
    ["", 1],
    ["p96>1ms", 1],
    ["p95", 4],
    ["p95=1ms", 4],
    ["p95(GET /x>1ms", 4],
    ["p95()>1ms", 5],
    ["p95>", 5],
    ["p95>fast", 5],
    ["p95>20%", 7],
    ["p95>5", 6],
    ["p95>5 parsecs", 6],
    ["p95>5ms please", 9],
    ["count>5ms", 8],
    ["count>20%", 9],
    ["error_rate>1", 13],
    ["new>+1", 5],
    ["gone>1%", 7],
    ["n_plus_one>+5%", 14],
    ["p95>+-5%", 5],
  ];
  for (const [text, column] of wrong) {
    const error = assertThrows(() => parseRule(text), RuleError);
    assertEquals(error.column, column, `${text}: ${error.message}`);
    assert(error.message.includes(`column ${column}`));
  }
});

Deno.test("an operation is meant by its name, by its service and name, and by stars", () => {
  const operation = { service: "shop", name: "SELECT * FROM t WHERE id = ?" };
  for (
    const pattern of [
      undefined,
      "*",
      "SELECT * FROM t WHERE id = ?",
      "SELECT*",
      "shop/*",
      "*id = ?",
    ]
  ) {
    assert(matchOperation(pattern)(operation), pattern);
  }
  for (const pattern of ["SELECT", "select*", "other/*", "SELECT ? FROM t*", "SELECT . FROM*"]) {
    assert(!matchOperation(pattern)(operation), pattern);
  }
  assert(matchOperation("a\n*")({ service: "", name: "a\nb\nc" }));
});

Deno.test("operators compare as they read", () => {
  const results = ([">", ">=", "<", "<="] as const).map((operator) =>
    [1, 2, 3].map((figure) => compareWith(operator, figure, 2) ? "y" : "n").join("")
  );
  assertEquals(results, ["nny", "nyy", "ynn", "yyn"]);
});
