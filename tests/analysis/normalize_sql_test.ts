import { assert, assertEquals } from "@std/assert";
import { normalizeSql } from "../../src/analysis/normalize_sql.ts";
import type { SqlDialect } from "../../src/analysis/sql_dialect.ts";
import { createRandom } from "../assemble/_make_span.ts";

function check(cases: readonly (readonly [string, string])[], dialect?: SqlDialect): void {
  for (const [statement, expected] of cases) {
    assertEquals(normalizeSql(statement, { dialect }), expected, statement);
    // The other way through the code, which keeps the literals.
    assertEquals(normalizeSql(statement, { dialect, onLiteral: () => {} }), expected, statement);
    assertEquals(normalizeSql(expected, { dialect }), expected, `once more: ${expected}`);
  }
}

Deno.test("strings and numbers become a question mark", () =>
  check([
    ["SELECT * FROM users WHERE id = 1", "SELECT * FROM users WHERE id = ?"],
    ["SELECT 'it''s', 'a'", "SELECT ?, ?"],
    ["SELECT 'it\\'s' FROM t", "SELECT ? FROM t"],
    ["SELECT '' FROM t", "SELECT ? FROM t"],
    ["WHERE a=1 AND b=-2 AND c = - 3", "WHERE a=? AND b=? AND c = - ?"],
    ["SELECT 1.5, .5, 1., 1e10, 2.5E-3, 1_000, 0xFF, 0b01", "SELECT ?, ?, ?, ?, ?, ?, ?, ?"],
    ["SELECT -1, +1, (-1), a - 1, a-1, 2-1, (a)-1", "SELECT ?, ?, (?), a - ?, a-?, ?-?, (a)-?"],
    ["LIMIT 10 OFFSET 20", "LIMIT ? OFFSET ?"],
    ["SELECT DATE '2020-01-01', INTERVAL '1 day'", "SELECT DATE ?, INTERVAL ?"],
    ["SELECT X'00ff', N'text', B'01'", "SELECT ?, ?, ?"],
  ]));

Deno.test("names and words stay as they are", () =>
  check([
    ["SELECT t1.c2, a_1 FROM t1 AS x9", "SELECT t1.c2, a_1 FROM t1 AS x9"],
    ["SELECT NULL, TRUE, false, null", "SELECT NULL, TRUE, false, null"],
    ['SELECT "a 1", "b""2" FROM "T"', 'SELECT "a 1", "b""2" FROM "T"'],
    ["SELECT größe1, 名前 FROM tabelle2", "SELECT größe1, 名前 FROM tabelle2"],
    ["select a From t", "select a From t"],
    ["SELECT a FROM t;", "SELECT a FROM t;"],
  ]));

Deno.test("parameters of all drivers become a question mark", () =>
  check([
    ["a = $1 AND b = $23", "a = ? AND b = ?"],
    ["a = :name AND b = :1", "a = ? AND b = ?"],
    ["a = @p1 AND b=@name", "a = ? AND b=?"],
    ["a = ? AND b = ?2", "a = ? AND b = ?"],
    ["a = %s AND b IN (%s, %s)", "a = ? AND b IN (?)"],
    ["a = %(name)s AND b = %d", "a = ? AND b = ?"],
    ["a = $name", "a = ?"],
    ["a % 2 = b%s", "a % ? = b%s"],
    ["SELECT @@version, a::int, b := 1", "SELECT @@version, a::int, b := ?"],
  ]));

Deno.test("lists of values are as long as one", () =>
  check([
    ["a IN (1, 2, 3)", "a IN (?)"],
    ["a IN (?, ?)", "a IN (?)"],
    ["a in ( 1,2 )", "a in (?)"],
    ["a NOT IN('x','y')", "a NOT IN(?)"],
    ["a IN (1)", "a IN (?)"],
    ["a IN (1, NULL, 2, 3)", "a IN (?, NULL, ?)"],
    ["(a, b) IN ((1, 2), (3, 4), (5, 6))", "(a, b) IN ((?, ?))"],
    ["a IN (SELECT b FROM t WHERE c IN (1, 2))", "a IN (SELECT b FROM t WHERE c IN (?))"],
    ["a IN (f(1), f(2))", "a IN (f(?), f(?))"],
    ["VALUES (1, 'a'), (2, 'b'), (3, NULL)", "VALUES (?, ?)"],
    ["VALUES (1),(2) RETURNING id", "VALUES (?) RETURNING id"],
    ["VALUES (1, f(2, 3)), (4, f(5, 6)) ON CONFLICT", "VALUES (?, f(?, ?)) ON CONFLICT"],
    [
      "VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a), b = VALUES(b), c = 3",
      "VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a), b = VALUES(b), c = ?",
    ],
    ["ANY(ARRAY[1, 2, 3])", "ANY(ARRAY[?])"],
    ["f(1, 2)", "f(?, ?)"],
  ]));

Deno.test("comments and white space go", () =>
  check([
    ["  SELECT\n\t a  FROM\r\n t  ", "SELECT a FROM t"],
    ["SELECT a -- 'not a string\nFROM t", "SELECT a FROM t"],
    ["SELECT /* 1, 'x */ a FROM t /*traceparent='00-1'*/", "SELECT a FROM t"],
    ["/* first */ SELECT 1", "SELECT ?"],
    ["SELECT 1--", "SELECT ?"],
    ["SELECT a/*x*/FROM t", "SELECT a FROM t"],
    ["SELECT '-- no comment', '/* none */'", "SELECT ?, ?"],
    ["", ""],
    ["  ", ""],
  ]));

Deno.test("PostgreSQL's quotes are read as PostgreSQL does", () =>
  check([
    ["SELECT $tag$it's$tag$, $$a$$, $1", "SELECT ?, ?, ?"],
    ["SELECT $a$ $b$ $a$, b", "SELECT ?, b"],
    ["SELECT E'it\\'s', e'\\\\', 'C:\\', a", "SELECT ?, ?, ?, a"],
    ["SELECT U&'\\0041', U&\"d\\0061t\", a", 'SELECT ?, U&"d\\0061t", a'],
    ["SELECT '1'::int, a::text[]", "SELECT ?::int, a::text[]"],
    ["SELECT a[1], a[1:2] FROM t", "SELECT a[?], a[?:?] FROM t"],
    ["SELECT a /* x /* y */ z */ FROM t", "SELECT a FROM t"],
    ["WHERE j @> '{}' AND j ? 'k' AND j #>> '{a}' = 'b'", "WHERE j @> ? AND j ? ? AND j #>> ? = ?"],
  ], "postgresql"));

Deno.test("MySQL's quotes are read as MySQL does", () =>
  check([
    ['SELECT `a "b`, "str", "it\\"s", "a""b"', 'SELECT `a "b`, ?, ?, ?'],
    ["SELECT a # it's\nFROM t", "SELECT a FROM t"],
    ["SELECT a--1 FROM t", "SELECT a-? FROM t"],
    ["SELECT a -- 1\nFROM t", "SELECT a FROM t"],
    ["SELECT _utf8mb4'x', 'it\\'s'", "SELECT ?, ?"],
    ["SELECT a /* x /* y */ FROM t", "SELECT a FROM t"],
  ], "mysql"));

Deno.test("SQL Server's, SQLite's and Oracle's quotes are read as they do", () => {
  check([
    ["SELECT [a b], [c]]d] FROM [dbo].[t 1]", "SELECT [a b], [c]]d] FROM [dbo].[t 1]"],
    ["SELECT N'it''s', 'C:\\' FROM #t WHERE a = @p", "SELECT ?, ? FROM #t WHERE a = ?"],
    ["SELECT a /* x /* y */ z */ FROM t", "SELECT a FROM t"],
  ], "sqlserver");
  check([
    ["SELECT [a 1], `b 2`, \"c 3\", 'd 4'", 'SELECT [a 1], `b 2`, "c 3", ?'],
    ["WHERE a = :a AND b = @b AND c = $c AND d = ?1", "WHERE a = ? AND b = ? AND c = ? AND d = ?"],
    ["SELECT 'C:\\', a", "SELECT ?, a"],
  ], "sqlite");
  check([
    ["SELECT q'[it's]', Q'{a}', q'!b'c!', nq'(d)', a$b FROM t", "SELECT ?, ?, ?, ?, a$b FROM t"],
    ["WHERE a = :1 AND b = :b", "WHERE a = ? AND b = ?"],
  ], "oracle");
});

Deno.test("without a dialect the statement tells", () =>
  check([
    ['SELECT `a`, "b" FROM t # c\'\nWHERE 1', "SELECT `a`, ? FROM t WHERE ?"],
    ['SELECT "a" FROM t', 'SELECT "a" FROM t'],
    ["SELECT [a b] FROM [t]", "SELECT [a b] FROM [t]"],
    ["SELECT a[1], ARRAY['x', 'y']", "SELECT a[?], ARRAY[?]"],
    ["INSERT INTO t VALUES ('C:\\', 'b')", "INSERT INTO t VALUES (?, ?)"],
    ["SELECT 'it\\'s', 'b'", "SELECT ?, ?"],
    ["SELECT /* a /* b */ c */ 1", "SELECT ?"],
    ["SELECT /* a /* b */ 1", "SELECT ?"],
    ["SELECT $x$a$x$, E'\\'', q'[a'b]'", "SELECT ?, ?, ?"],
  ]));

Deno.test("what is not closed goes to the end", () => {
  for (const open of ["'abc", "'it''s", "E'a\\'", "$x$abc", "q'[abc", "N'a"]) {
    assertEquals(normalizeSql(`SELECT a, ${open} FROM t WHERE b = 1`), "SELECT a, ?", open);
  }
  assertEquals(normalizeSql('SELECT a, "b FROM t'), 'SELECT a, "b FROM t');
  assertEquals(normalizeSql("SELECT a /* b FROM t"), "SELECT a");
  assertEquals(normalizeSql("a IN (1, 2"), "a IN (?");
});

Deno.test("literals are told as they are written", () => {
  const literals: string[] = [];
  const statement = "SELECT 'it''s', -1 FROM t WHERE a = $1 AND b IN (2, 3)";
  normalizeSql(statement, { onLiteral: (literal) => literals.push(literal) });
  assertEquals(literals, ["'it''s'", "-1", "2", "3"]);
});

Deno.test("a result is cut where asked for, and says so", () => {
  const statement = `SELECT ${"a, ".repeat(100)} b`;
  assertEquals(normalizeSql(statement, { maxLength: 20 }), statement.slice(0, 20) + "…");
  assertEquals(normalizeSql("SELECT a", { maxLength: 20 }), "SELECT a");
});

Deno.test("a statement of 10 MB takes seconds at most", () => {
  const rows = "(1, 'it''s', NULL),\n".repeat(500_000);
  const statement = `INSERT INTO t VALUES ${rows}(2, 'b', $1)`;
  assert(statement.length >= 9_500_000);
  const began = performance.now();
  assertEquals(normalizeSql(statement), "INSERT INTO t VALUES (?, ?, NULL)");
  assert(performance.now() - began < 10_000);
});

Deno.test("no text takes more than linear time", () => {
  const pieces = [..."'\"`[]($/*-#:@%? \n\\x1,."];
  pieces.push(
    "1,",
    "(1,2),",
    "IN (",
    "VALUES (1),",
    "/* ",
    "*/",
    "$a$ ",
    "$b",
    "'a' ",
    "\\'",
    "%(a",
  );
  pieces.push("[a ", "a[", "--", "q'[", "IN ((1),", "ARRAY[", "\n#");
  for (const piece of pieces) {
    const statement = "SELECT a IN (" + piece.repeat(Math.ceil(1_000_000 / piece.length));
    const began = performance.now();
    normalizeSql(statement);
    // Anything that looks back or ahead over all of it, again and again, would take minutes.
    assert(performance.now() - began < 5_000, piece);
  }
});

Deno.test("random text neither fails nor changes when it is normalized again", () => {
  const random = createRandom(8);
  const pieces = [
    "'",
    '"',
    "`",
    "[",
    "]",
    "(",
    ")",
    "IN ",
    "VALUES ",
    ",",
    " ",
    "1",
    "a",
    "-",
    "--",
    "/*",
  ];
  pieces.push(
    "*/",
    "$",
    "$a$",
    "E'",
    "\\",
    "\n",
    "?",
    ":a",
    "@b",
    "%s",
    "::",
    "q'[",
    "]'",
    "#",
    ".5",
    "é",
  );
  const dialects: SqlDialect[] = [
    "generic",
    "postgresql",
    "mysql",
    "sqlserver",
    "sqlite",
    "oracle",
  ];
  for (let round = 0; round < 3000; round++) {
    let statement = "";
    for (let count = random() * 20; count > 0; count--) {
      statement += pieces[Math.floor(random() * pieces.length)];
    }
    for (const dialect of dialects) {
      const text = normalizeSql(statement, { dialect });
      const literal = normalizeSql(statement, { dialect, onLiteral: () => {} });
      assertEquals(text, literal, `${dialect}: ${statement}`);
    }
  }
});
