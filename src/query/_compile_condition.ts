import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import type { Field } from "./_field.ts";
import type { Comparator, Comparison, Condition, Literal } from "./_query_tree.ts";
import { createTextTest } from "./_text_test.ts";
import { canonicalId, createValueTest } from "./_value_test.ts";

/** Whether a span meets a condition. Trace and index are those of its node. */
export type SpanTest = (span: Span, trace: Trace, index: number) => boolean;

/**
 * Compiles a condition to one function. Its parts become a list of tests, each with the place to go to
 * when it passes and when it fails, so that neither compiling nor testing recurses, however deep the
 * condition is nested. Cheap tests come before dear ones.
 */
export function compileCondition(condition: Condition): SpanTest {
  const program = new ProgramWriter().write(condition);
  const { tests, start } = program;
  if (
    tests.length === 1 && start === 0 && program.onTrue[0] === PASS && program.onFalse[0] === FAIL
  ) {
    return tests[0];
  }
  const onTrue = Int32Array.from(program.onTrue);
  const onFalse = Int32Array.from(program.onFalse);
  return (span, trace, index) => {
    let at = start;
    while (at >= 0) at = tests[at](span, trace, index) ? onTrue[at] : onFalse[at];
    return at === PASS;
  };
}

/** How dear a condition is to test, in the steps of {@linkcode Field.cost}. */
export function conditionCost(condition: Condition): number {
  return Math.max(0, ...new Set(listParts(condition).map(leafCost)));
}

/** Whether a span's place in its trace does not matter. */
export function isSpanwise(condition: Condition): boolean {
  return listParts(condition).every((part) => part.type !== "comparison" || part.field.isSpanwise);
}

/** A condition that is one test. */
type Leaf = Extract<Condition, { type: "text" | "comparison" }>;

/** The condition and all its parts, the whole before what it is made of. */
function listParts(condition: Condition): Condition[] {
  const parts = [condition];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    if (part.type === "not") parts.push(part.part);
    if (part.type === "all" || part.type === "any") {
      for (const each of part.parts) parts.push(each);
    }
  }
  return parts;
}

/** The cost of every part. */
function computeCosts(condition: Condition): ReadonlyMap<Condition, number> {
  const costs = new Map<Condition, number>();
  for (const part of listParts(condition).reverse()) {
    let cost = leafCost(part);
    if (part.type === "not") cost = costs.get(part.part) as number;
    if (part.type === "all" || part.type === "any") {
      for (const each of part.parts) cost = Math.max(cost, costs.get(each) as number);
    }
    costs.set(part, cost);
  }
  return costs;
}

/** The cost of what has no parts; 0 for what has. */
function leafCost(condition: Condition): number {
  switch (condition.type) {
    case "text":
      return TEXT_COST;
    case "comparison":
      return condition.field.cost + (condition.literals[0].type === "pattern" ? PATTERN_COST : 0);
    default:
      return 0;
  }
}

const PATTERN_COST = 4;
const TEXT_COST = 20;

/** Where the program ends: every other place is that of a test. */
const PASS = -1;
const FAIL = -2;

/** A condition that is being written, and what it has come to. */
interface Pending {
  readonly parts: readonly Condition[];
  /** How many of the parts, from the last, are not written yet. */
  left: number;
  readonly isAll: boolean;
  readonly onTrue: number;
  readonly onFalse: number;
}

/** Writes the tests from the last to the first: where a test goes on to must be known before. */
class ProgramWriter {
  readonly tests: SpanTest[] = [];
  readonly onTrue: number[] = [];
  readonly onFalse: number[] = [];
  /** The place of the test to begin with. */
  start = PASS;

  write(condition: Condition): this {
    const costs = computeCosts(condition);
    const pending: Pending[] = [{
      parts: [condition],
      left: 1,
      isAll: true,
      onTrue: PASS,
      onFalse: FAIL,
    }];
    let entry = PASS;
    for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
      if (group.left === 0) continue;
      const isLast = group.left === group.parts.length;
      let part = group.parts[--group.left];
      pending.push(group);
      // The part after this one, or where the group itself goes on to.
      let onTrue = group.isAll && !isLast ? entry : group.onTrue;
      let onFalse = !group.isAll && !isLast ? entry : group.onFalse;
      while (part.type === "not") {
        part = part.part;
        [onTrue, onFalse] = [onFalse, onTrue];
      }
      if (part.type === "constant") {
        entry = part.value ? onTrue : onFalse;
      } else if (part.type === "text" || part.type === "comparison") {
        entry = this.tests.length;
        this.tests.push(compileLeaf(part));
        this.onTrue.push(onTrue);
        this.onFalse.push(onFalse);
      } else {
        const isAll = part.type === "all";
        const parts = joinComparisons(cheapestFirst(part.parts, costs), isAll ? "!=" : "=");
        pending.push({ parts, left: parts.length, isAll, onTrue, onFalse });
      }
    }
    this.start = entry;
    return this;
  }
}

function cheapestFirst(
  parts: readonly Condition[],
  costs: ReadonlyMap<Condition, number>,
): Condition[] {
  return parts.toSorted((a, b) => (costs.get(a) as number) - (costs.get(b) as number));
}

/**
 * Joins the comparisons of one field that ask the same: `.a = 1 || .a = 2` needs one look-up, however
 * many there are, and so does `.a != 1 && .a != 2`.
 */
function joinComparisons(parts: readonly Condition[], comparator: Comparator): Condition[] {
  const joined: Condition[] = [];
  const literalsByField = new Map<Field, Literal[]>();
  for (const part of parts) {
    if (
      part.type !== "comparison" || part.comparator !== comparator ||
      part.literals[0].type === "nil"
    ) {
      joined.push(part);
      continue;
    }
    const literals = literalsByField.get(part.field);
    if (literals !== undefined) {
      literals.push(...part.literals);
      continue;
    }
    const own = [...part.literals];
    literalsByField.set(part.field, own);
    joined.push({ ...part, literals: own });
  }
  return joined;
}

function compileLeaf(leaf: Leaf): SpanTest {
  return leaf.type === "text" ? createTextTest(leaf.text) : compileComparison(leaf);
}

function compileComparison({ field, comparator, literals }: Comparison): SpanTest {
  const { read } = field;
  if (literals[0].type === "nil") {
    return comparator === "="
      ? (span, trace, index) => read(span, trace, index) === undefined
      : (span, trace, index) => read(span, trace, index) !== undefined;
  }
  const isIdLiteral = field.type === "id" && literals[0].type === "text";
  const test = createValueTest(
    comparator,
    isIdLiteral ? literals.map(canonicalIdLiteral) : literals,
  );
  if (!isIdLiteral) {
    return (span, trace, index) => {
      const value = read(span, trace, index);
      return value !== undefined && test(value);
    };
  }
  return (span, trace, index) => {
    const value = read(span, trace, index);
    if (typeof value === "string") return test(canonicalId(value));
    return Array.isArray(value) && test(value.map(canonicalId));
  };
}

function canonicalIdLiteral(literal: Literal): Literal {
  return literal.type === "text" ? { type: "text", text: canonicalId(literal.text) } : literal;
}
