import { assert, assertEquals, assertThrows } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { describeQueryError, QueryError } from "../../src/query/query_error.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";

function errorOf(query: string): QueryError {
  return assertThrows(() => compileQuery(query), QueryError);
}

const WRONG: [query: string, column: number, problem: string, expected: string][] = [
  ["", 1, "The query is empty", "a condition"],
  ["  ", 1, "The query is empty", "a condition"],
  ["duration >", 11, "ends too early", "a duration such as 100ms"],
  ["duration > 100", 12, '"100" has no unit', "100ms"],
  ["duration > fast", 12, "duration cannot be", "a duration"],
  ['duration > "1s"', 12, "duration cannot be", "a duration"],
  ["duration =~ 1.*", 10, "duration cannot be compared by =~", "<="],
  ["duration", 9, "duration is not compared", "quote it"],
  ["{ name }", 8, "name is not compared", "quote it"],
  ["dration > 1s", 1, 'Unknown field "dration"', "duration, or .dration"],
  ["traceId = a", 1, "Unknown field", "traceID"],
  ["http.status = 5", 1, "Unknown field", ".http.status"],
  ["span:nme = a", 1, "Unknown field", "span:name"],
  ["trace:size > 1", 1, "Unknown field", "trace:duration"],
  ["error && trace:x", 10, "Unknown field", "trace:duration"],
  [". = 1", 1, "no name", ".key"],
  ["span. = 1", 1, "no name", "span.key"],
  [".a == 1", 5, 'Unexpected "="', "one ="],
  [".a & .b", 4, 'Unexpected "&"', '"&&"'],
  [".a = ", 5, "ends too early", "a value"],
  [".a = &&", 6, 'Unexpected "&&"', "a value"],
  [".a = .b", 6, "Two fields", "quote it"],
  [".a = span:name", 6, "Two fields", "quote it"],
  [".a > 10mss", 6, "no number", "a duration"],
  [".a > 2 * 3", 8, "Arithmetic", "quote it"],
  [".a > nil", 6, "Nothing is > nil", "= nil"],
  ['.a = "x', 6, "is not closed", '"'],
  ['.a."b = 1', 4, "is not closed", '"'],
  ['.a =~ "("', 7, "regular expression", "RE2"],
  ["status = eror", 10, "status cannot be", "ok, error or unset"],
  ["kind = serve", 8, "kind cannot be", "server"],
  ["kind = 1", 8, "kind cannot be", "http"],
  ["kind > server", 6, "kind cannot be compared by >", "="],
  ["running = 1", 11, "running cannot be", "true or false"],
  ["span:childCount > many", 19, "span:childCount is a number", "3"],
  ["{ error", 8, "of column 1 is not closed", '"}"'],
  ["(error", 7, "of column 1 is not closed", '")"'],
  ["error)", 6, 'Unexpected ")"', "the end"],
  ["error }", 7, 'Unexpected "}"', "the end"],
  ["{ (error }", 10, 'Unexpected "}"', '")" for the one opened at column 3'],
  ["({ error )", 10, 'Unexpected ")"', '"}"'],
  ["()", 2, 'Unexpected ")"', "a condition"],
  ["{ { } }", 3, 'Unexpected "{"', "a condition"],
  ["{ } { }", 5, 'Unexpected "{"', ">>"],
  ["{ } error", 5, 'Unexpected "error"', ">>"],
  ["{ error >> running }", 9, 'Unexpected ">>"', "between { … } and { … }"],
  ["error &&", 9, "ends too early", "a condition"],
  ["&& error", 1, 'Unexpected "&&"', "a condition"],
  ["and", 1, 'Unexpected "and"', "quote it"],
  ["error or", 9, "ends too early", "a condition"],
  ["!", 2, "ends too early", "a condition"],
  ["!{ error }", 2, 'Unexpected "{"', "{ !(…) }"],
  ["!({ error })", 1, "cannot be negated", "{ !(…) }"],
  ["{ } | by(name)", 7, "by() is not supported", "count"],
  ["{ } | rate()", 7, "rate() is not supported", "count"],
  ["select(.a)", 1, "select() is not supported", "count"],
  ["{ } | count", 12, "ends too early", '"("'],
  ["{ } | count()", 14, "ends too early", "a number"],
  ["{ } | count() > 1ms", 17, "is no number", "3"],
  ["{ } | count() =~ 1", 15, 'Unexpected "=~"', "a number"],
  ["{ } | avg(name) > 1", 11, 'Unexpected "name"', "duration"],
  ["{ } | avg(duration) > 1", 23, "has no unit", "1ms"],
  ["{ } | avg() > 1", 11, 'Unexpected ")"', "duration"],
  ["{ } | ", 6, "ends too early", "count"],
  ["{ } | error", 7, 'Unexpected "error"', "count"],
  ["count() > 3 && { }", 13, 'Unexpected "&&"', "another stage"],
  ["error && count() > 3", 10, "count() cannot stand here", '"|"'],
  ["{ (count() > 3) }", 4, "count() cannot stand here", '"|"'],
  ["main()", 1, "Unknown function", "quote it"],
  ["parent.a = 1", 1, "parent are not supported", "{ … } > { … }"],
  ["1s < duration < 2s", 15, "cannot be chained", "&&"],
  ["{ .a > 1 > 2 }", 10, "cannot be chained", "&&"],
  [".a = 1 = 2", 8, "cannot be chained", "&&"],
  ["1 = 2", 5, 'Unexpected "2"', "a field"],
  ['"a" = "b"', 7, 'Unexpected "b"', "a field"],
  ["parent.a", 1, "parent are not supported", "{ … } > { … }"],
  ["a,b", 2, 'Unexpected ","', "&&"],
  ['" "', 1, "blank", "a word"],
  ["{ error | running }", 9, 'Unexpected "|"', '"||"'],
];

for (const [query, column, problem, expected] of WRONG) {
  Deno.test(`the query ${JSON.stringify(query)} is refused with its place`, () => {
    const error = errorOf(query);
    assertEquals(error.column, column, error.message);
    assert(error.message.includes(problem), error.message);
    assert(error.expected.includes(expected), error.message);
    assert(error.message.includes(`column ${column}`) && error.message.includes(error.expected));
  });
}

Deno.test("the caret stands under the place, whatever is before it", () => {
  const caretColumn = (query: string): number => {
    const [, line, caret] = describeQueryError(errorOf(query)).split("\n");
    assert(line.length > 0);
    return caret.length - 3;
  };
  assertEquals(caretColumn("name = a && )"), 12);
  assertEquals(caretColumn("name = a\n\t && )"), 14);
  // A combining mark takes no column, a wide character two, as the ideographic space does.
  assertEquals(caretColumn("name = e\u0301 && )"), 12);
  assertEquals(
    describeQueryError(errorOf("name = 漢字 && )")).split("\n")[2],
    "         \u3000\u3000    ^",
  );
  assertEquals(errorOf("name = 🙂 && )").column, 13);
});

Deno.test("a long query is cut around the place, and control characters are blanks", () => {
  const long = `${"error && ".repeat(500)}) ${"|| error ".repeat(500)}`;
  const [message, line, caret] = describeQueryError(errorOf(long)).split("\n");
  assert(message.includes("column 4501"));
  assert(line.length < 90 && line.startsWith("  …") && line.endsWith("…"), line);
  assertEquals(line[caret.length - 1], ")");
  const text = describeQueryError(errorOf("error\x1b[31m\u202e && )"));
  assert(!/\p{C}/u.test(text.split("\n")[1]));
  assertEquals(describeQueryError(errorOf("")).split("\n").length, 1);
});

Deno.test("text of any kind is compiled or refused with a place in it", () => {
  const random = createRandom(3);
  const pieces = [
    ..."{}()|&!=<>~,.\"'`\\:- \n09azµ😀\u0301",
    ..." && ; || ; !>> ; &~ ; =~ ;error;duration;.a;span.;span:name;trace:id;100ms;1.5;nil;true;status"
      .split(";"),
    ...'count();avg(;|;{ ;} ;by(;and ;not ;"x y";`(`;kind = sql;orphan;event.a;parent.'.split(";"),
  ];
  const odd = buildTrace("t", [
    makeSpan("", { ms: -1, attrs: { a: [[1n]], and: new Uint8Array(1), "": {} }, events: [] }),
    makeSpan("b", { kind: 9, parentId: "zz", service: "", resource: createAttributes() }),
    makeSpan("c", {
      parentId: "c",
      ms: 0,
      attrs: { a: NaN },
      status: { code: "error" },
      links: [],
    }),
  ]);
  let compiled = 0;
  for (let round = 0; round < 40_000; round++) {
    const length = Math.floor(random() * 12);
    const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join(
      "",
    );
    try {
      const { findSpans } = compileQuery(text);
      compiled++;
      assert([...findSpans(odd)].every((index) => index >= 0 && index < odd.nodes.length));
    } catch (error) {
      if (!(error instanceof QueryError)) throw new Error(JSON.stringify(text), { cause: error });
      assert(error.column >= 1 && error.column <= [...text].length + 1, JSON.stringify(text));
      assert(error.expected !== "" && /^[A-Z"]/.test(error.message), error.message);
      describeQueryError(error);
    }
  }
  assert(compiled > 1_000 && compiled < 39_000, String(compiled));
});
