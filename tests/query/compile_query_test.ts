import { assert, assertEquals, assertThrows } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import {
  type Attributes,
  type AttributeValue,
  createAttributes,
} from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { QueryError } from "../../src/query/query_error.ts";
import { createRandom, EPOCH, makeSpan } from "../assemble/_make_span.ts";

/** The ids of the spans that a query finds in the trace of these. */
function find(query: string, ...spans: Span[]): string {
  const trace = buildTrace("t", spans);
  return Array.from(compileQuery(query).findSpans(trace), (index) => trace.nodes[index].span.spanId)
    .join(" ");
}

function matches(query: string, attrs: Record<string, AttributeValue>): boolean {
  return find(query, makeSpan("a", { ms: 1, attrs })) === "a";
}

Deno.test("a number compares with integers, doubles and texts that are numbers", () => {
  for (const value of [503n, 503, "503", "503.0", "5.03e2", "+503"]) {
    assert(matches(".x >= 500", { x: value }), String(value));
    assert(matches(".x = 503", { x: value }), String(value));
    assert(matches(".x = 503.0", { x: value }), String(value));
    assert(matches("503 = .x", { x: value }), String(value));
    assert(!matches(".x < 503", { x: value }), String(value));
    assert(!matches(".x != 503", { x: value }), String(value));
  }
  for (const value of ["", " ", "503 ", "0x1f7", "Infinity", "5 03", "n503", true, "NaN"]) {
    assert(!matches(".x = 503", { x: value }) && !matches(".x > 0", { x: value }), String(value));
    assert(matches(".x != 503", { x: value }), String(value));
  }
  assert(!matches(".x = 503 || .x != 503 || .x > 0", {}));
  assert(!matches(".x <= 0 || .x >= 0", { x: NaN }));
});

Deno.test("64-bit integers compare exactly, also as texts and with doubles", () => {
  for (const x of [9007199254740993n, "9007199254740993"]) {
    assert(matches(".x = 9007199254740993", { x }));
    assert(!matches(".x = 9007199254740992", { x }));
    assert(matches(".x > 9007199254740992", { x }));
    assert(matches(".x > 9007199254740992.0", { x }));
  }
  assert(matches(".x = 9223372036854775807", { x: 9223372036854775807n }));
  assert(matches(".x > 1e18", { x: 9223372036854775807n }));
  assert(matches(".x = 1e18", { x: 10n ** 18n }));
  assert(matches(".x = maxInt && .x != minInt", { x: 9223372036854775807n }));
  assert(matches(".x > -1.5 && .x = -0", { x: 0n }));
});

Deno.test("durations compare as nanoseconds, also with texts that are durations", () => {
  assert(matches(".x > 12ms", { x: "12.3ms" }) && !matches(".x > 12.4ms", { x: "12.3ms" }));
  assert(matches(".x = 1h30m", { x: "90m" }) && matches(".x = 1.5s", { x: 1_500_000_000n }));
  assert(matches(".x = 200us && .x = 200µs && .x = 200μs", { x: "0.2ms" }));
  assert(matches(".x < 0s", { x: "-5ns" }));
  assertEquals(find("duration = 1.5us", makeSpan("a", { ms: 0.0015 })), "a");
  assertEquals(
    find("duration > 1.2999us && duration < 1.3001us", makeSpan("a", { ms: 0.0013 })),
    "a",
  );
  assertEquals(find("duration < 0", makeSpan("a", { ms: -1 })), "a");
  assertEquals(find("duration > 0 || duration <= 0", makeSpan("a")), "");
  assertEquals(find("duration = nil", makeSpan("a")), "a");
});

Deno.test("texts compare to the letter, words as quoted ones", () => {
  for (const query of [".x = abc", '.x = "abc"', ".x = 'abc'", ".x = `abc`", ".x >= abb"]) {
    assert(matches(query, { x: "abc" }), query);
    assert(!matches(query, { x: "ABC" }), query);
  }
  assert(matches('.x = "500"', { x: 500n }) && matches(".x = true", { x: "true" }));
  assert(
    matches('.x = "a\\"b\\\\\\n\\d"', { x: 'a"b\\\n\\d' }) && matches(".x = `a\\n`", { x: "a\\n" }),
  );
  assert(matches(".x = shop-api/v1:8080", { x: "shop-api/v1:8080" }));
  assert(matches('.x = ""', { x: "" }) && !matches('.x = ""', {}));
});

Deno.test("a list passes if one value does, and is unequal if none is equal", () => {
  const x = ["a", 2n, true];
  for (const query of [".x = a", ".x = 2", ".x = true", '.x =~ "[abc]"', ".x > 1"]) {
    assert(matches(query, { x }), query);
  }
  for (const query of [".x != a", ".x = b", '.x !~ "a|z"', ".x > 2"]) {
    assert(!matches(query, { x }), query);
  }
  assert(matches(".x != b", { x }) && matches(".x != b", { x: new Uint8Array(2) }));
  assert(!matches(".x = b", { x: { b: "b" } }) && matches(".x != nil", { x: [] }));
});

Deno.test("an attribute may have any name, and nothing is inherited", () => {
  const names = [
    "duration",
    "and",
    "span.name",
    "two words",
    "a.b.c",
    'quo"te',
    "__proto__",
    "nil",
    "é",
  ];
  for (const name of names) {
    const quoted = `"${name.replaceAll('"', '\\"')}"`;
    const attributes = createAttributes([[name, "x"]]);
    for (const query of [`.${quoted} = x`, `span.${quoted} = x`, `{ .${quoted} != nil }`]) {
      assertEquals(find(query, { ...makeSpan("a", { ms: 1 }), attributes }), "a", query);
      assertEquals(find(query, makeSpan("a", { ms: 1 })), "", query);
    }
  }
  for (const name of names.slice(0, 3)) assert(matches(`.${name} = x`, { [name]: "x" }), name);
  assert(matches('.http."status code".x = 1', { "http.status code.x": 1n }));
  const plain = { ...makeSpan("a"), attributes: {}, resource: {} };
  for (const name of ["constructor", "__proto__", "toString"]) {
    assertEquals(find(`.${name} != nil || resource.${name} != nil`, plain), "");
  }
});

Deno.test("an attribute alone is a comparison with true", () => {
  assert(matches(".x", { x: true }) && matches("{ .x }", { x: "true" }));
  assert(!matches(".x", { x: 1n }) && !matches(".x", {}) && matches("!.x", {}));
});

Deno.test("ids compare without regard to capitals and to zeros in front of 16 digits", () => {
  const span = makeSpan("00F067aa0ba902b7", { traceId: "A3CE929D0E0E4736", parentId: "p" });
  const padded = "0000000000000000a3ce929d0e0e4736";
  for (
    const query of [
      `traceID = ${padded}`,
      "trace:id = a3ce929d0e0e4736",
      'trace:id =~ "a3CE.*"',
      "spanID = 00f067AA0BA902B7",
      "span:parentID = P",
      "a3ce929d0e0e4736",
      'traceID != "4"',
    ]
  ) assertEquals(find(query, span), span.spanId, query);
  assertEquals(find("traceID = 00a3ce929d0e0e4736", span), "");
  assertEquals(find("traceID = 12e4", makeSpan("a", { traceId: "12e4" })), "a");
});

Deno.test("free text ignores case, spans blanks, and is no pattern", () => {
  const span = makeSpan("a", {
    name: "Größe [x]",
    service: "Shop",
    attrs: { query: "SELECT *\n\t FROM users", rows: 1503n, ok: true, list: ["needle"] },
    resource: createAttributes([["host.name", "h1"]]),
  });
  for (
    const query of [
      "GRÖSSE or größe",
      "[x]",
      "shop",
      '"* from USERS"',
      "150",
      "tru",
      "h1",
      "NEEDLE",
      '"e ["',
    ]
  ) assertEquals(find(query, span), "a", query);
  for (const query of ['"[y]"', '".*"', '"from  needle"', "query", "shop absent"]) {
    assertEquals(find(query, span), "", query);
  }
});

Deno.test("a hostile regular expression takes no longer than its text", () => {
  const text = "a".repeat(50_000);
  const began = performance.now();
  for (const pattern of ["(a+)+b", "(a|aa)+b", "(a|a?)+b", "(.*)*(.*)*b", "(a?){40}a{40}b"]) {
    assert(!matches(`.x =~ "${pattern}"`, { x: text }), pattern);
  }
  assert(performance.now() - began < 5_000);
  for (
    const pattern of ["a{100000}", "((a{100}){100}){100}", "(".repeat(20_000), "\\1", "(?=a)", "["]
  ) {
    assertThrows(() => compileQuery(`.x =~ \`${pattern}\``), QueryError, "regular expression");
  }
  assertThrows(() => compileQuery(`.x =~ "${"a".repeat(5_000)}"`), QueryError, "4096 characters");
  const many = Array.from({ length: 2_000 }, () => ".x =~ abc").join(" || ");
  assertThrows(() => compileQuery(many), QueryError, "at most 5000 steps");
  for (const pattern of [`(${"ab".repeat(2_000)}){100}`, "a{0,1000}".repeat(400)]) {
    assertThrows(() => compileQuery(`.x =~ "${pattern}"`), QueryError, "repeats too much");
  }
  assert(matches('.x =~ "a{1000}"', { x: "a".repeat(1_000) }));
});

Deno.test("long and deep conditions are judged right", () => {
  const span = makeSpan("a", { ms: 1, attrs: { x: 9_999n } });
  const terms = Array.from({ length: 10_000 }, (_, index) => `.x = ${index}`);
  assertEquals(find(terms.join(" || "), span), "a");
  assertEquals(find(terms.slice(0, -1).join(" || "), span), "");
  assertEquals(find(terms.join(" ").replaceAll("=", "!="), span), "");
  assertEquals(find(terms.slice(0, -1).join(" && ").replaceAll("=", "!="), span), "a");
  assertEquals(find(terms.map((term) => `{ ${term} }`).join(" || "), span), "a");
  const depth = 50_000;
  assertEquals(find("(".repeat(depth) + "running" + ")".repeat(depth), span), "");
  assertEquals(find("!(".repeat(depth + 1) + "running" + ")".repeat(depth + 1), span), "a");
  const ladder = "(.x = 1 || (.x != nil && ".repeat(10_000) + ".x = 9999" + "))".repeat(10_000);
  assertEquals(find(ladder, span), "a");
  assertEquals(find(`{${ladder.replace("9999", "9998")}}`, span), "");
});

Deno.test("too much is refused with the limit", () => {
  assertThrows(() => compileQuery("a ".repeat(300_000)), QueryError, "at most 500000 characters");
  assertThrows(() => compileQuery("\\".repeat(100_000)), QueryError, "at most 1000 characters");
  const chain = Array.from({ length: 10_000 }, () => "{ }");
  assertThrows(() => compileQuery(chain.join(" >> ")), QueryError, "at most 100 within");
  assertThrows(
    () => compileQuery(`${"({ } > ".repeat(200)}{ }${")".repeat(200)}`),
    QueryError,
    "100",
  );
  assertEquals(find(chain.join(" && "), makeSpan("a")), "a");
  assertEquals(find(chain.join(" | "), makeSpan("a")), "a");
  assertEquals(find(chain.slice(0, 101).join(" >> "), makeSpan("a")), "");
});

Deno.test("&& binds tighter than ||, structure tighter than both, and words side by side are &&", () => {
  const span = makeSpan("a", { ms: 1, attrs: { t: true } });
  assertEquals(find(".t || .t && .f", span), "a");
  assertEquals(find("(.t || .t) && .f", span), "");
  assertEquals(find("!.f && .t", span), "a");
  assertEquals(find(".t || .f .f", span), "a");
  assertEquals(find("{ .t } || { .t } > { .f }", span), "a");
  assertEquals(find("{ .f } && { .t } || { .t }", span), "a");
});

Deno.test("conditions of any shape hold when their parts say so", () => {
  const random = createRandom(23);
  const flags = ["p", "q", "r", "s"];
  const spans = Array.from({ length: 16 }, (_, bits) =>
    makeSpan(`s${bits}`, {
      at: bits,
      ms: 1,
      attrs: Object.fromEntries(flags.map((flag, i) => [flag, (bits >> i & 1) === 1])),
    }));
  const trace = buildTrace("t", spans);

  /** A condition, and whether it holds for given bits. */
  function grow(depth: number): [string, (bits: number) => boolean] {
    const roll = random();
    if (depth === 0 || roll < 0.2) {
      const flag = Math.floor(random() * flags.length);
      if (roll < 0.02) return ["true", () => true];
      if (roll < 0.04) return ["false", () => false];
      const texts = [`.${flags[flag]}`, `.${flags[flag]} = true`, `.${flags[flag]} != false`];
      return [texts[Math.floor(random() * 3)], (bits) => (bits >> flag & 1) === 1];
    }
    const [a, holdsA] = grow(depth - 1);
    if (roll < 0.35) return [`!(${a})`, (bits) => !holdsA(bits)];
    const [b, holdsB] = grow(depth - 1);
    if (roll < 0.65) return [`(${a} && ${b})`, (bits) => holdsA(bits) && holdsB(bits)];
    if (roll < 0.95) return [`(${a} || ${b})`, (bits) => holdsA(bits) || holdsB(bits)];
    return [`(${a} and not ${b})`, (bits) => holdsA(bits) && !holdsB(bits)];
  }

  for (let round = 0; round < 2_000; round++) {
    const [text, holds] = grow(1 + round % 6);
    const expected = spans.flatMap((_, bits) => holds(bits) ? bits : []);
    for (const query of [text, `{ ${text} }`, `{ } | { ${text} }`]) {
      assertEquals([...compileQuery(query).findSpans(trace)], expected, query);
    }
  }
});

Deno.test("attributes are not read when something cheaper decides", () => {
  const lazy = {
    ...makeSpan("a", { ms: 1 }),
    get attributes(): Attributes {
      throw new Error("read");
    },
    get resource(): Attributes {
      throw new Error("read");
    },
  };
  for (
    const query of [
      ".x = 1 && kind = sql",
      "word && service = shop && duration > 1s",
      "name = a || .x = 1",
      "!(.x = 1 || name = a) && running",
      "{ .x = 1 } >> { running }",
      "{ running } > { .x = 1 }",
      "{ .x = 1 } && { running }",
      "{ } ~ { .x = 1 }",
      "{ running } | avg(.x) > 1",
    ]
  ) compileQuery(query).findSpans(buildTraceWithoutReading(lazy));
});

/** `buildTrace` reads attributes to count errors. */
function buildTraceWithoutReading(span: Span): ReturnType<typeof buildTrace> {
  const node = { span, depth: 0, parent: -1, subtreeSize: 1, isOrphan: false };
  return { ...buildTrace("t", [makeSpan("a")]), nodes: [node], rootSpan: span };
}

Deno.test("rings, orphans and a chain of 100,000 spans are searched like any tree", () => {
  const ring = [
    makeSpan("a", { parentId: "c", at: 1, ms: 1 }),
    makeSpan("b", { parentId: "a", at: 2, ms: 1 }),
    makeSpan("c", { parentId: "b", at: 3, ms: 1 }),
    makeSpan("self", { parentId: "self", at: 4, ms: 1 }),
  ];
  assertEquals(find("{ name = a } >> { }", ...ring), "b c");
  assertEquals(find("{ name = c } >> { }", ...ring), "");
  assertEquals(find("root", ...ring), "self");
  const orphans = ["x", "x", "y"].map((parentId, i) =>
    makeSpan(`${i}`, { parentId, at: i, ms: 1 })
  );
  assertEquals(find("orphan", ...orphans), "0 1 2");
  assertEquals(find("{ } ~ { }", ...orphans), "0 1");
  assertEquals(find("{ } ~ { name = 0 }", ...orphans), "0");
  assertEquals(find("{ } !~ { }", ...orphans), "2");

  const chain = Array.from(
    { length: 100_000 },
    (_, index) =>
      makeSpan(`s${index}`, {
        parentId: index === 0 ? undefined : `s${index - 1}`,
        at: index,
        ms: 1,
      }),
  );
  const trace = buildTrace("t", chain);
  const began = performance.now();
  for (const operator of [">>", "<<", ">", "<", "~", "!>>", "&<<", "!~"]) {
    const all = compileQuery(`{ } ${operator} { }`).findSpans(trace).length;
    const expected = operator === "~" ? 0 : operator === "!>>" ? 1 : trace.nodes.length;
    assert(Math.abs(all - expected) <= 1, operator);
  }
  assertEquals(compileQuery("{ } >> { } >> { } | count() = 99998").findSpans(trace).length, 99_998);
  assert(performance.now() - began < 5_000);
});

Deno.test("a stage gets what was found, and computes over spans that have a number", () => {
  const spans = [
    makeSpan("a", { ms: 10, attrs: { n: "4", d: "1s" } }),
    makeSpan("b", { at: 1, ms: 20, attrs: { n: 6n } }),
    makeSpan("c", { at: 2, ms: 60, attrs: { n: "many" } }),
    makeSpan("d", { at: 3 }),
  ];
  const all = "a b c d";
  for (
    const [stage, found] of [
      ["count() = 4", all],
      ["count() != 4", ""],
      ["avg(duration) = 30ms", all],
      ["sum(duration) >= 90ms", all],
      ["min(duration) < 10ms", ""],
      ["max(duration) = 60ms", all],
      ["avg(.n) = 5", all],
      ["max(span.n) > 5.5", all],
      ["max(.d) = 1s", all],
      ["sum(.nothing) < 1", ""],
      ["count() > 3 | { name = b } | count() = 1", "b"],
      ["{ running }", "d"],
    ]
  ) {
    assertEquals(find(`{ } | ${stage}`, ...spans), found, stage);
    if (!stage.startsWith("{")) assertEquals(find(stage, ...spans), found, stage);
  }
  assertEquals(find("running | avg(duration) > 0", ...spans), "");
  assertEquals(find("({ } | count() > 3) && { running }", ...spans), all);
  assertEquals(find("({ } | count() > 4) || { running }", ...spans), "d");
  assertEquals(find("{ name = z } | count() = 0", ...spans), "");
});

Deno.test("whether a query can judge a span by itself is told, and held to", () => {
  for (
    const text of [
      "error",
      "{ a } || { .b = 1 }",
      "{ .a } | { .b }",
      "{ }",
      "root",
      "event:name = x",
    ]
  ) {
    const query = compileQuery(text);
    assert(query.isSpanwise, text);
    assertEquals(query.text, text);
    assertEquals(
      query.matchesSpan(makeSpan("a")),
      query.findSpans(buildTrace("t", [makeSpan("a")])).length > 0,
    );
  }
  for (
    const text of [
      "{ a } && { b }",
      "orphan",
      "traceDuration > 1s",
      "!(rootName = x)",
      "{ } > { }",
      "count() > 1",
    ]
  ) {
    const query = compileQuery(text);
    assert(!query.isSpanwise, text);
    assertThrows(() => query.matchesSpan(makeSpan("a")), TypeError, "findSpans");
  }
});

Deno.test("statuses, kinds, events and links are found by what they say", () => {
  const span = makeSpan("a", {
    ms: 5,
    kind: 7,
    status: { code: "ok" },
    attrs: { error: "true" },
    events: [
      {
        timeUnixNano: EPOCH + 2_000_000n,
        name: "retry",
        attributes: createAttributes([["n", 1n]]),
      },
      { timeUnixNano: EPOCH + 3_000_000n, name: "end", attributes: createAttributes() },
    ],
    links: [{ traceId: "OTHER", spanId: "x", attributes: createAttributes([["why", "batch"]]) }],
    scope: { name: "http", version: "1.2", attributes: createAttributes([["lang", "js"]]) },
    service: "bank",
  });
  for (
    const query of [
      "status = ok && !error && status != unset && error = false",
      "kind = 7",
      'kind !~ "server|client"',
      "event.n = 1 && event:name = end",
      "event:timeSinceStart > 2.5ms && event:timeSinceStart < 2.5ms",
      "event.nope = nil && event:name != start",
      "link.why = batch && link:traceID = other && link:spanID = x",
      "instrumentation:name = http && instrumentation:version = 1.2 && instrumentation.lang = js",
      "resource.service.name = bank && .service.name = bank && service = bank",
    ]
  ) assertEquals(find(query, span), "a", query);
});
