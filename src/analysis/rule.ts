/** The figures that rules can be about. */
export const RULE_METRICS = [
  "p50",
  "p95",
  "p99",
  "avg",
  "total",
  "count",
  "errors",
  "error_rate",
  "new",
  "gone",
  "n_plus_one",
] as const;

/** See {@linkcode RULE_METRICS}. */
export type RuleMetric = typeof RULE_METRICS[number];

/** How a figure is compared with a value. */
export type RuleOperator = ">" | ">=" | "<" | "<=";

/** What a rule compares a figure with. */
export interface RuleValue {
  /**
   * `value`: as it is, in nanoseconds, a number, or a share from 0 to 1. `change`: the difference from before,
   * in the same. `ratio`: the difference as a share of what was before, 0.2 for `+20%`.
   */
  readonly type: "value" | "change" | "ratio";
  readonly amount: number;
}

/** An expression such as `p95(GET /x) > +20%`. */
export interface Rule {
  /** As it was written. */
  readonly text: string;
  readonly metric: RuleMetric;
  /** The operations it is about; absent for all. */
  readonly pattern?: string;
  readonly operator: RuleOperator;
  readonly value: RuleValue;
}

/** An expression that is no rule. */
export class RuleError extends SyntaxError {
  override readonly name = "RuleError";
  /** The column of what is wrong, from 1. */
  readonly column: number;

  constructor(text: string, offset: number, reason: string) {
    const column = offset + 1;
    super(`Cannot read the rule "${text}": ${reason} at column ${column}`);
    this.column = column;
  }
}

/**
 * Parses `METRIC OPERATOR VALUE` or `METRIC(OPERATION) OPERATOR VALUE`.
 *
 * | part      | what it may be                                                                      |
 * | --------- | ----------------------------------------------------------------------------------- |
 * | METRIC    | one of {@linkcode RULE_METRICS}                                                     |
 * | OPERATION | a name as `trace stats` prints it, or `service/name`; `*` stands for any characters |
 * | OPERATOR  | `>`, `>=`, `<`, `<=`                                                                |
 * | VALUE     | times: `200ms` (`ns`, `us`, `µs`, `ms`, `s`, `m`); `error_rate`: `1%`; others: `5`  |
 *
 * A sign in front of the value makes it a change: `+5ms`, `-3`, and of times and numbers also `+20%` of what
 * was before; of `error_rate`, `+1%` are percentage points.
 *
 * @throws {RuleError} When it is no such expression, with the column.
 * @example
 * ```ts
 * import { parseRule } from "./rule.ts";
 *
 * const { metric, pattern, value } = parseRule("p95(GET /users/{id}) > +20%");
 * if (metric !== "p95" || pattern !== "GET /users/{id}" || value.amount !== 0.2) {
 *   throw new Error("wrong");
 * }
 * ```
 */
export function parseRule(text: string): Rule {
  let at = skipSpaces(text, 0);
  const [word] = /^[a-z_0-9]*/i.exec(text.slice(at)) as RegExpExecArray;
  const metric = RULE_METRICS.find((each) => each === word);
  if (metric === undefined) {
    throw new RuleError(text, at, `expected one of ${RULE_METRICS.join(", ")}`);
  }
  at = skipSpaces(text, at + word.length);
  let pattern: string | undefined;
  if (text[at] === "(") {
    // Names have parentheses themselves: the last one that an operator follows closes.
    const close = findClose(text, at);
    if (close === undefined) throw new RuleError(text, at, `"(" has no ")" before an operator`);
    pattern = text.slice(at + 1, close).trim();
    if (pattern === "") throw new RuleError(text, at + 1, "expected an operation");
    at = skipSpaces(text, close + 1);
  }
  const operator = OPERATORS.find((each) => text.startsWith(each, at));
  if (operator === undefined) throw new RuleError(text, at, "expected >, >=, < or <=");
  at = skipSpaces(text, at + operator.length);
  const value = parseValue(text, at, metric);
  return { text, metric, ...(pattern === undefined ? {} : { pattern }), operator, value };
}

/** Whether a figure is on the side of a value that the operator names. */
export function compareWith(operator: RuleOperator, figure: number, value: number): boolean {
  switch (operator) {
    case ">":
      return figure > value;
    case ">=":
      return figure >= value;
    case "<":
      return figure < value;
    case "<=":
      return figure <= value;
  }
}

/** Whether a figure is a length of time. */
export function isTimeMetric(metric: RuleMetric): boolean {
  return TIMES.has(metric);
}

/**
 * Makes a test of whether an operation is meant by a pattern: by its name, or by `service/name`.
 *
 * @param pattern `*` stands for any characters; absent for all operations.
 */
export function matchOperation(
  pattern: string | undefined,
): (operation: { readonly service: string; readonly name: string }) => boolean {
  if (pattern === undefined) return () => true;
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join("[^]*")}$`);
  return ({ service, name }) => expression.test(name) || expression.test(`${service}/${name}`);
}

const OPERATORS: readonly RuleOperator[] = [">=", "<=", ">", "<"];
const TIMES: ReadonlySet<RuleMetric> = new Set(["p50", "p95", "p99", "avg", "total"]);
const NANO_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "µs": 1e3,
  "μs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
};

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function findClose(text: string, from: number): number | undefined {
  for (let at = text.lastIndexOf(")"); at > from; at = text.lastIndexOf(")", at - 1)) {
    const next = text[skipSpaces(text, at + 1)];
    if (next === ">" || next === "<") return at;
  }
  return undefined;
}

function parseValue(text: string, from: number, metric: RuleMetric): RuleValue {
  const match = /^([+-]?)(\d+(?:\.\d+)?)\s*([a-zµμ%]*)\s*/i.exec(text.slice(from));
  if (match === null) throw new RuleError(text, from, `expected ${describeValue(metric)}`);
  const [whole, sign, digits, unit] = match;
  if (from + whole.length < text.length) {
    throw new RuleError(text, from + whole.length, "expected the end");
  }
  const unitAt = from + sign.length + digits.length;
  const number = (sign === "-" ? -1 : 1) * Number(digits);
  const type = sign === "" ? "value" : "change";
  if (sign !== "" && (metric === "new" || metric === "gone")) {
    throw new RuleError(
      text,
      from,
      `"${metric}" is a change already: expected a number without a sign`,
    );
  }
  if (metric === "error_rate") {
    if (unit === "%") return { type, amount: number / 100 };
    throw new RuleError(text, unitAt, "expected % after a rate");
  }
  if (unit === "%") {
    const isPlain = metric === "new" || metric === "gone" || metric === "n_plus_one";
    if (sign !== "" && !isPlain) return { type: "ratio", amount: number / 100 };
    throw new RuleError(
      text,
      unitAt,
      isPlain ? "expected a number without a unit" : "% needs a sign, such as +20%, to be a change",
    );
  }
  if (isTimeMetric(metric)) {
    const scale = NANO_PER_UNIT[unit];
    if (scale !== undefined) return { type, amount: number * scale };
    throw new RuleError(text, unitAt, `expected ${describeValue(metric)}`);
  }
  if (unit !== "") throw new RuleError(text, unitAt, "expected a number without a unit");
  return { type, amount: number };
}

function describeValue(metric: RuleMetric): string {
  if (metric === "error_rate") return "a rate such as 1% or +1%";
  if (isTimeMetric(metric)) return "a time such as 200ms, +5ms or +20%";
  return metric === "new" || metric === "gone" ? "a number" : "a number such as 5 or +1";
}
