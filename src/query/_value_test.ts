import type { AttributeValue } from "../model/attributes.ts";
import { canonicalNumber, parseDurationText, parseNumberText } from "./_number_text.ts";
import type { Comparator, Literal } from "./_query_tree.ts";

/** Whether a value that is there passes. */
export type ValueTest = (value: AttributeValue) => boolean;

/**
 * Makes the test of a comparison, by the rules of docs/query.md: numbers compare exactly, also with
 * texts that are numbers; a list passes if one of its values does, and for `!=` and `!~` if none does.
 *
 * @param literals Several only for `=` (one of them) and `!=` (none of them); never `nil`.
 */
export function createValueTest(comparator: Comparator, literals: readonly Literal[]): ValueTest {
  switch (comparator) {
    case "!=":
      return negate(overLists(createEqualsTest(literals)));
    case "!~":
      return negate(overLists(createPatternTest(literals[0])));
    case "=":
      return overLists(createEqualsTest(literals));
    case "=~":
      return overLists(createPatternTest(literals[0]));
    default:
      return overLists(createOrderTest(comparator, literals[0]));
  }
}

/** The one form of an id by which equal ids are found: see docs/query.md. */
export function canonicalId(id: string): string {
  const lower = id.toLowerCase();
  return lower.length === 32 && lower.startsWith("0000000000000000") ? lower.slice(16) : lower;
}

/** The number a value stands for in a comparison with numbers or, if asked for, lengths of time. */
export function numberOf(
  value: AttributeValue,
  { asDuration }: { asDuration: boolean },
): number | bigint | undefined {
  switch (typeof value) {
    case "number":
    case "bigint":
      return value;
    case "string":
      return parseNumberText(value) ?? (asDuration ? parseDurationText(value) : undefined);
    default:
      return undefined;
  }
}

function negate(test: ValueTest): ValueTest {
  return (value) => !test(value);
}

function overLists(test: ValueTest): ValueTest {
  return (value) => {
    if (typeof value !== "object") return test(value);
    return Array.isArray(value) && value.some((each) => typeof each !== "object" && test(each));
  };
}

function createPatternTest(literal: Literal): ValueTest {
  if (literal.type !== "pattern") throw new TypeError("A regular expression is needed");
  const { pattern } = literal;
  return (value) => pattern.matches(typeof value === "string" ? value : String(value));
}

function createEqualsTest(literals: readonly Literal[]): ValueTest {
  const texts = new Set<string>();
  /** What a text that is a number is compared with, and what a number is. */
  const numbers = new Set<number | bigint>();
  const numbersOfTexts = new Set<number | bigint>();
  const booleans = new Set<boolean>();
  let hasDurations = false;
  for (const literal of literals) {
    if (literal.type === "text") {
      texts.add(literal.text);
      const number = parseNumberText(literal.text);
      if (number !== undefined) numbersOfTexts.add(number);
    } else if (literal.type === "boolean") {
      booleans.add(literal.value);
      texts.add(String(literal.value));
    } else if (literal.type === "number" || literal.type === "duration") {
      numbers.add(literal.value);
      hasDurations ||= literal.type === "duration";
    }
  }
  if (literals.length === 1 && literals[0].type === "text" && numbersOfTexts.size === 0) {
    const { text } = literals[0];
    return (value) => value === text || typeof value === "boolean" && String(value) === text;
  }
  return (value) => {
    switch (typeof value) {
      case "string": {
        if (texts.has(value)) return true;
        if (numbers.size === 0) return false;
        const number = numberOf(value, { asDuration: hasDurations });
        return number !== undefined && numbers.has(number);
      }
      case "number":
      case "bigint": {
        const number = canonicalNumber(value);
        return numbers.has(number) || numbersOfTexts.has(number);
      }
      case "boolean":
        return booleans.has(value) || texts.has(String(value));
      default:
        return false;
    }
  };
}

function createOrderTest(comparator: "<" | "<=" | ">" | ">=", literal: Literal): ValueTest {
  const compare = ORDERS[comparator];
  if (literal.type === "number" || literal.type === "duration") {
    const limit = literal.value;
    const options = { asDuration: literal.type === "duration" };
    return (value) => {
      const number = numberOf(value, options);
      return number !== undefined && compare(number, limit);
    };
  }
  if (literal.type !== "text") return () => false;
  const { text } = literal;
  const limit = parseNumberText(text);
  return (value) => {
    if (typeof value === "string") return compare(value, text);
    return limit !== undefined && (typeof value === "number" || typeof value === "bigint") &&
      compare(value, limit);
  };
}

type Ordered = number | bigint | string;
/** JavaScript compares integers with doubles exactly. */
const ORDERS: Readonly<Record<string, (a: Ordered, b: Ordered) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
