import { type Field, findIntrinsic, INTRINSIC_NAMES, splitAttributeName } from "./_field.ts";
import type { Token } from "./_lex_query.ts";
import { listOf, type QueryCursor, quote } from "./_query_cursor.ts";
import type { Comparator, Comparison, Condition } from "./_query_tree.ts";
import { comparatorsOf, readLiteral } from "./_read_literal.ts";
import { findSimilarName } from "./_similar_name.ts";
import type { QueryError } from "./query_error.ts";

/** A word of nothing but this is arithmetic in TraceQL. */
const ARITHMETIC = /^[-+*/%^]$/;
/** Names with a colon are TraceQL's for fields of these. */
const SCOPED = /^(?:span|trace|event|link|instrumentation|resource):/;
/** Longer texts are found by nobody who types them. */
const MAX_TEXT_LENGTH = 1_000;
const NUMBER_START = /^[-+.]?\d/;

/** What a comparator becomes when its sides change places. */
const FLIPPED: Readonly<Record<string, Comparator | undefined>> = {
  "=": "=",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/**
 * Reads a condition that is not made of others: a comparison, a field that is true or false, or free
 * text.
 *
 * @param cursor At a word or a string.
 * @throws {QueryError} When there is none.
 */
export function readCondition(cursor: QueryCursor): Condition {
  const token = cursor.take();
  const field = token.type === "word" ? cursor.findField(token) : undefined;
  if (field !== undefined) {
    return cursor.comparator === undefined
      ? readFlag(cursor, field, token)
      : readComparison(cursor, field, cursor.comparator);
  }
  if (cursor.comparator !== undefined) return readFlipped(cursor, token, cursor.comparator);
  if (token.type === "word" && (token.value === "true" || token.value === "false")) {
    return { type: "constant", value: token.value === "true" };
  }
  return readText(cursor, token);
}

/** A field that is not compared: whether it is true. */
function readFlag(cursor: QueryCursor, field: Field, token: Token): Condition {
  if (field.type !== "any" && field.type !== "boolean") {
    throw cursor.error(
      `The field ${field.name} is not compared with anything`,
      cursor.token,
      `one of ${
        comparatorsOf(field).join(" ")
      } (to search for the word, quote it: "${token.value}")`,
    );
  }
  return {
    type: "comparison",
    field,
    comparator: "=",
    literals: [{ type: "boolean", value: true }],
  };
}

function readText(cursor: QueryCursor, token: Token): Condition {
  if (token.value.trim() === "") throw cursor.error("The text is blank", token, "a word");
  if (token.value.length > MAX_TEXT_LENGTH) {
    throw cursor.error("The text is too long", token, `at most ${MAX_TEXT_LENGTH} characters`);
  }
  if (token.type === "word") {
    const name = token.value;
    if (ARITHMETIC.test(name)) {
      throw cursor.error(
        `Arithmetic is not supported: ${quote(name)}`,
        token,
        "a value that is computed already (to search for the character, quote it)",
      );
    }
    if (name.startsWith("parent.")) throw unknownField(cursor, token);
    if (SCOPED.test(name)) throw unknownField(cursor, token);
  }
  return { type: "text", text: token.value };
}

function readComparison(cursor: QueryCursor, field: Field, comparator: Comparator): Comparison {
  const operator = cursor.take();
  const allowed = comparatorsOf(field);
  if (!allowed.includes(comparator)) {
    throw cursor.error(
      `The field ${field.name} cannot be compared by ${comparator}`,
      operator,
      `one of ${allowed.join(" ")}`,
    );
  }
  const { token } = cursor;
  if (token.type !== "word" && token.type !== "string") {
    throw token.type === "=" && operator.end === token.start
      ? cursor.error('Unexpected "="', token, "a value: equality is written with one =")
      : cursor.unexpected(token, valueHint(field));
  }
  if (token.type === "word" && isFieldOnly(token.value)) {
    throw cursor.error(
      "Two fields cannot be compared",
      token,
      `a value (if ${quote(token.value)} is meant as text, quote it)`,
    );
  }
  return compare(cursor, field, comparator, cursor.take());
}

/** A value, a comparator, then the field: TraceQL allows that, too. */
function readFlipped(cursor: QueryCursor, value: Token, comparator: Comparator): Comparison {
  if (value.type === "word" && !NUMBER_START.test(value.value)) {
    // Most probably meant as a field, with its name mistyped or its dot left out.
    throw unknownField(cursor, value);
  }
  const operator = cursor.take();
  const target = cursor.token;
  const field = target.type === "word" ? cursor.findField(target) : undefined;
  if (field === undefined) throw cursor.unexpected(target, "a field such as duration or .key");
  const flipped = FLIPPED[comparator];
  if (flipped === undefined || !comparatorsOf(field).includes(flipped)) {
    throw cursor.unexpected(operator, `${field.name} on the left of it`);
  }
  cursor.take();
  return compare(cursor, field, flipped, value);
}

function compare(
  cursor: QueryCursor,
  field: Field,
  comparator: Comparator,
  token: Token,
): Comparison {
  const literal = readLiteral(field, comparator, token);
  if ("problem" in literal) throw cursor.error(literal.problem, token, literal.expected);
  if (literal.type === "pattern") cursor.addPattern(literal.pattern, token);
  return { type: "comparison", field, comparator, literals: [literal] };
}

/** Whether a word that stands for a value can only be meant as a field. */
function isFieldOnly(word: string): boolean {
  return splitAttributeName(word) !== undefined && !NUMBER_START.test(word) ||
    word.includes(":") && findIntrinsic(word) !== undefined;
}

function unknownField(cursor: QueryCursor, token: Token): QueryError {
  const name = token.value;
  if (/^parent(?:\.|$)/.test(name)) {
    const expected = "a condition on the parent: { … } > { … }";
    return cursor.error("Fields of the parent are not supported", token, expected);
  }
  const similar = findSimilarName(name, INTRINSIC_NAMES);
  const scope = SCOPED.exec(name)?.[0];
  const scoped = INTRINSIC_NAMES.filter((each) => scope !== undefined && each.startsWith(scope));
  const expected = scope !== undefined
    ? similar ?? (scoped.length > 0 ? listOf(scoped) : `${scope.slice(0, -1)}.key`)
    : similar !== undefined
    ? `${similar}, or .${name} if it is an attribute`
    : `a field such as duration; an attribute begins with a dot: .${name}`;
  return cursor.error(`Unknown field ${quote(name)}`, token, expected);
}

function valueHint(field: Field): string {
  switch (field.type) {
    case "duration":
      return "a duration such as 100ms";
    case "boolean":
      return "true or false";
    case "number":
      return "a number";
    default:
      return 'a value such as 500, word or "some words"';
  }
}
