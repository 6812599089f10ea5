import { assert, assertEquals } from "@std/assert";
import { normalizeSql } from "../../src/analysis/normalize_sql.ts";
import { SQL_RULES, type SqlDialect } from "../../src/analysis/sql_dialect.ts";
import { StatementShape } from "../../src/analysis/statement_shape.ts";

Deno.test("statements that differ in whole numbers and plain strings have one shape", () => {
  const shape = StatementShape.of("SELECT * FROM t1 WHERE id = 7 AND name = 'x' LIMIT 10")!;
  assert(shape.matches("SELECT * FROM t1 WHERE id = 812 AND name = 'it is, 7' LIMIT 9"));
  assert(!shape.matches("SELECT * FROM t2 WHERE id = 7 AND name = 'x' LIMIT 10"));
  assert(!shape.matches("SELECT * FROM t1 WHERE id = 7.5 AND name = 'x' LIMIT 10"));
  assert(!shape.matches("SELECT * FROM t1 WHERE id = 7 AND name = 'x' LIMIT 10 -- 1"));
});

Deno.test("a shape never holds what is normalized to something else, in any dialect", () => {
  // Every statement made of these pieces against every other one: where two have one shape, they are the same.
  const pieces = [
    "a",
    "1",
    "22",
    "'x'",
    "''",
    "'",
    " ",
    "=",
    "-",
    "(",
    ",",
    ".",
    "E",
    "$1",
    '"',
    "\\",
    "#",
    "?",
  ];
  const statements: string[] = [];
  let seed = 7;
  const random = (count: number): number => {
    seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((seed ^ (seed >>> 13)) >>> 0) % count;
  };
  for (let number = 0; number < 1500; number++) {
    statements.push(
      Array.from({ length: 1 + random(6) }, () => pieces[random(pieces.length)]).join(""),
    );
  }
  let pairs = 0;
  for (const statement of statements) {
    const shape = StatementShape.of(statement);
    if (shape === undefined) continue;
    assert(shape.matches(statement), statement);
    for (const other of statements) {
      if (other === statement || !shape.matches(other)) continue;
      pairs++;
      for (const dialect of Object.keys(SQL_RULES) as SqlDialect[]) {
        assertEquals(
          normalizeSql(other, { dialect }),
          normalizeSql(statement, { dialect }),
          `${dialect}: ${statement} | ${other}`,
        );
      }
    }
  }
  assert(pairs > 100, `${pairs} pairs`);
});
