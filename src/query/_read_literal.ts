import { spanKindFromNumber } from "../model/span_kind.ts";
import { type Field, KIND_NAMES, STATUS_WORDS } from "./_field.ts";
import type { Token } from "./_lex_query.ts";
import { parseDurationText, parseNumberText } from "./_number_text.ts";
import { compilePattern } from "./_pattern.ts";
import { listOf, quote } from "./_query_cursor.ts";
import type { Comparator, Literal } from "./_query_tree.ts";

/** Why a value cannot stand where it does. */
export interface LiteralProblem {
  readonly problem: string;
  readonly expected: string;
}

/** The comparators that say more than equal or not. */
const ORDER_COMPARATORS: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);
const PATTERN_COMPARATORS: ReadonlySet<string> = new Set(["=~", "!~"]);

/** Which comparators a field takes. */
export function comparatorsOf(field: Field): readonly Comparator[] {
  switch (field.type) {
    case "any":
    case "text":
      return ["=", "!=", "=~", "!~", "<", "<=", ">", ">="];
    case "id":
    case "status":
    case "kind":
      return ["=", "!=", "=~", "!~"];
    case "duration":
    case "number":
      return ["<", "<=", ">", ">=", "=", "!="];
    case "boolean":
      return ["=", "!="];
  }
}

/**
 * Reads the value that a field is compared with.
 *
 * @param token A word or a string.
 * @returns The value, or why this field cannot be compared with it.
 */
export function readLiteral(
  field: Field,
  comparator: Comparator,
  token: Token,
): Literal | LiteralProblem {
  const text = token.value;
  if (PATTERN_COMPARATORS.has(comparator)) {
    try {
      return {
        type: "pattern",
        pattern: compilePattern(text, { ignoresCase: field.type === "id" }),
      };
    } catch (error) {
      return {
        problem: `The regular expression cannot be read (${(error as Error).message})`,
        expected: "one of RE2's syntax",
      };
    }
  }
  const isWord = token.type === "word";
  const isOrder = ORDER_COMPARATORS.has(comparator);
  if (isWord && text === "nil") {
    return isOrder
      ? { problem: `Nothing is ${comparator} nil`, expected: "= nil or != nil" }
      : { type: "nil" };
  }
  switch (field.type) {
    case "duration":
      return readDuration(field, token);
    case "number": {
      const number = isWord ? parseNumberText(text) : undefined;
      return number === undefined
        ? {
          problem: `The field ${field.name} is a number, not ${quote(text)}`,
          expected: "one such as 3",
        }
        : { type: "number", value: number };
    }
    case "boolean":
      return text === "true" || text === "false" ? { type: "boolean", value: text === "true" } : {
        problem: `The field ${field.name} cannot be ${quote(text)}`,
        expected: "true or false",
      };
    case "status":
      return readWordOf(field, STATUS_WORDS, text);
    case "kind":
      // Only kinds that have no word stay numbers.
      return /^[1-9]\d*$/.test(text) && typeof spanKindFromNumber(Number(text)) === "number"
        ? { type: "text", text }
        : readWordOf(field, KIND_NAMES, text);
    case "id":
      return { type: "text", text };
    default:
      return isWord ? readPlainWord(text, isOrder) : { type: "text", text };
  }
}

/** Reads what an aggregate is compared with: a number, which is nanoseconds of a duration. */
export function readLimit(field: Field | undefined, token: Token): number | LiteralProblem {
  if (field?.type === "duration") {
    const literal = readDuration(field, token);
    return "problem" in literal ? literal : Number(literal.value);
  }
  const number = parseNumberText(token.value) ??
    (field === undefined ? undefined : parseDurationText(token.value));
  if (number !== undefined && token.type === "word") return Number(number);
  return {
    problem: `${quote(token.value)} is no number`,
    expected: field === undefined ? "one such as 3" : "one such as 3, or a duration such as 100ms",
  };
}

function readDuration(
  field: Field,
  token: Token,
): { type: "duration"; value: number | bigint } | LiteralProblem {
  const text = token.value;
  const value = token.type !== "word" ? undefined : text === "0" ? 0 : parseDurationText(text);
  if (value !== undefined) return { type: "duration", value };
  const isNumber = token.type === "word" && parseNumberText(text) !== undefined;
  return {
    problem: isNumber
      ? `${quote(text)} has no unit`
      : `The field ${field.name} cannot be ${quote(text)}`,
    expected: `a duration such as ${isNumber ? text : "100"}ms (ns, us, ms, s, m, h)`,
  };
}

function readWordOf(
  field: Field,
  words: readonly string[],
  text: string,
): Literal | LiteralProblem {
  if (words.includes(text)) return { type: "text", text };
  return {
    problem: `The field ${field.name} cannot be ${quote(text)}`,
    expected: `${listOf(words)} (an attribute of that name is .${field.name})`,
  };
}

function readPlainWord(text: string, isOrder: boolean): Literal | LiteralProblem {
  if (text === "true" || text === "false") return { type: "boolean", value: text === "true" };
  const number = LIMITS[text] ?? parseNumberText(text);
  if (number !== undefined) return { type: "number", value: number };
  const duration = parseDurationText(text);
  if (duration !== undefined) return { type: "duration", value: duration };
  if (isOrder && /^[-+.]?\d/.test(text)) {
    // A mistyped unit, or arithmetic, would be compared as text without a word.
    return {
      problem: `${quote(text)} is no number`,
      expected: "a number, a duration such as 100ms, or text in quotes",
    };
  }
  return { type: "text", text };
}

/** TraceQL's words for the ends of the 64-bit integers. */
const LIMITS: Readonly<Record<string, bigint | undefined>> = Object.assign(Object.create(null), {
  minInt: -(2n ** 63n),
  maxInt: 2n ** 63n - 1n,
});
