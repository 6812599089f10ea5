import { assert, assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { completeQuery } from "../../src/query/complete_query.ts";
import { QueryNames } from "../../src/query/query_names.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";

const SPANS = [
  makeSpan("a", {
    ms: 1,
    name: "GET /cart",
    kind: "http",
    service: "shop",
    attrs: { "http.status": "503", method: "GET", 'o"dd key': "x", and: true },
    resource: createAttributes([["host.name", "h1"]]),
    events: [{ timeUnixNano: 0n, name: "retry", attributes: createAttributes([["n", 1n]]) }],
  }),
  makeSpan("b", { ms: 1, name: "pay", service: "bank", attrs: { method: 'it\'s "so"', rows: 3n } }),
  makeSpan("c", { ms: 1, name: "pay", service: "bank", attrs: { method: ".dot", path: "a\\b\n" } }),
  makeSpan("d", { ms: 1, name: "pay", service: "nil", attrs: { method: "10ms" } }),
];
const NAMES = new QueryNames();
for (const span of SPANS) NAMES.add(span);

/** What is offered where `¦` stands. */
function offers(text: string): string[] {
  const cursor = text.indexOf("¦");
  return completeQuery(text.replace("¦", ""), cursor, NAMES).map((each) => each.text);
}

/** The query after the first offer, with the cursor's place. */
function complete(text: string): string {
  const cursor = text.indexOf("¦");
  const query = text.replace("¦", "");
  const [first] = completeQuery(query, cursor, NAMES);
  return `${query.slice(0, first.from)}${first.text}¦${query.slice(first.to)}`;
}

Deno.test("fields, booleans and attributes are offered where a condition begins", () => {
  for (const text of ["¦", "{ ¦", "error && ¦", "(¦", "!¦", "not ¦", "{ } >> { ¦"]) {
    const all = offers(text);
    for (const name of ["duration", "error", "traceDuration", ".http.status", ".host.name"]) {
      assert(all.includes(name), `${text} ${name}`);
    }
  }
  assertEquals(complete("dur¦"), "duration¦");
  assertEquals(complete("error && dur¦ > 1s"), "error && duration¦ > 1s");
  assertEquals(complete("error dur¦tion"), "error duration¦");
  assertEquals(complete("STATUSM¦"), "statusMessage¦");
  assertEquals(complete("trace:d¦"), "trace:duration¦");
  assertEquals(complete("cou¦"), "count()¦");
  assert(!offers("error && cou¦").includes("count()"));
});

Deno.test("attributes are offered by their place, without their dot, and in quotes where they need them", () => {
  assertEquals(
    offers(".m¦"),
    [".method", '."o\\"dd key"', ".host.name", ".http.status"].filter((each) => /m/.test(each)),
  );
  assertEquals(offers("span.http¦"), ["span.http.status"]);
  assertEquals(offers("resource.¦"), ["resource.host.name"]);
  assertEquals(offers("event.¦"), ["event.n"]);
  assertEquals(offers("http.st¦"), [".http.status"]);
  assertEquals(offers(".dd¦"), ['."o\\"dd key"']);
  assertEquals(complete('error && ."dd¦'), 'error && ."o\\"dd key"¦');
  assertEquals(complete("{ res¦ }"), "{ resource.¦ }");
});

Deno.test("values of the data are offered after an operator, the most frequent first", () => {
  assertEquals(offers("service = ¦"), ["bank", "shop", '"nil"']);
  assertEquals(offers("name=¦"), ["pay", '"GET /cart"']);
  assertEquals(offers("rootName = g¦"), ['"GET /cart"']);
  assertEquals(complete('name = "GET¦ /c" && error'), 'name = "GET /cart"¦ && error');
  assertEquals(complete("name != 'ca¦"), "name != 'GET /cart'¦");
  assertEquals(complete("service = b¦ank"), "service = bank¦");
  assertEquals(offers("status = ¦"), ["ok", "error", "unset"]);
  assertEquals(offers("kind = s¦").slice(0, 2), ["sql", "server"]);
  assertEquals(offers("running = ¦"), ["true", "false"]);
  assertEquals(offers("event:name = ¦"), ["retry"]);
  assertEquals(offers("event.n = ¦"), ["1", "nil"]);
  assertEquals(offers("resource.host.name = ¦"), ["h1", "nil"]);
  assertEquals(offers(".method = GE¦"), ["GET"]);
  assertEquals(offers("duration > ¦"), []);
  assertEquals(offers(".method =~ ¦"), []);
});

Deno.test("operators are offered after a field, after a condition, and after a set of spans", () => {
  assertEquals(offers("duration ¦"), ["<", "<=", ">", ">=", "=", "!="]);
  assertEquals(offers("{ .rows ¦").slice(0, 2), ["=", "!="]);
  assertEquals(offers("{ duration > 1s ¦"), ["&&", "||", "}"]);
  assertEquals(offers("error ¦").includes("&&"), true);
  assertEquals(offers("name = pay ¦"), ["&&", "||", "|"]);
  assert(offers("{ error } ¦").includes(">>") && !offers("{ error } ¦").includes("}"));
  assertEquals(offers("{ error } | ¦"), ["count()", "avg(", "min(", "max(", "sum(", "{ "]);
  assertEquals(offers("{ error } | a¦")[0], "avg(");
  const numeric = offers("{ } | avg(¦");
  assert(numeric.includes("duration") && numeric.includes(".rows") && !numeric.includes("name"));
});

Deno.test("every offered value finds the spans that have it, and every name can be read", () => {
  for (const key of ["method", "path"]) {
    const having = SPANS.filter(({ attributes }) => attributes[key] !== undefined).length;
    const values = offers(`.${key} = ¦`).filter((value) => value !== "nil");
    assertEquals(values.length, having);
    for (const value of values) {
      const { findSpans } = compileQuery(`.${key} = ${value}`);
      assertEquals(findSpans(buildTrace("t", SPANS)).length, 1, value);
    }
  }
  for (const name of offers(".¦")) compileQuery(`${name} != nil`);
  for (const limit of [0, 3]) assertEquals(completeQuery("", 0, NAMES, { limit }).length, limit);
});

Deno.test("completion never fails, and replaces a part of the query around the cursor", () => {
  const random = createRandom(5);
  const pieces = [
    "{",
    "}",
    "(",
    ")",
    "|",
    "&&",
    " ",
    ".",
    '"',
    "'",
    "`",
    "=",
    ">",
    ">>",
    "&",
    "avg(",
    "span.",
    '."',
    "name",
    "a",
    "\\",
    "é",
  ];
  for (let round = 0; round < 20_000; round++) {
    const length = Math.floor(random() * 10);
    const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join(
      "",
    );
    const cursor = Math.floor(random() * (text.length + 1));
    for (const { from, to } of completeQuery(text, cursor, NAMES)) {
      assert(from >= 0 && from <= cursor && cursor <= to && to <= text.length, text);
    }
  }
});
