import type { Trace } from "../model/trace.ts";
import { compileCondition, conditionCost, type SpanTest } from "./_compile_condition.ts";
import type { Field } from "./_field.ts";
import { MarkPool } from "./_mark_pool.ts";
import type { Condition, Spanset } from "./_query_tree.ts";
import { OPPOSITES, relate } from "./_relate.ts";
import { createValueTest, numberOf } from "./_value_test.ts";

/** Finds the spans of a trace: their indexes, ascending. */
export type FindSpans = (trace: Trace) => readonly number[] | Int32Array;

/** Compiles a spanset to one function. */
export function compileSpanset(spanset: Spanset): FindSpans {
  if (spanset.type === "filter") return compileFilter(spanset.condition);
  const pool = new MarkPool();
  const { mark } = compile(spanset, pool);
  return (trace) => {
    const marks = mark(trace);
    if (marks === undefined) return NONE;
    const found = indexesOf(marks, trace.nodes.length);
    pool.give(marks);
    return found;
  };
}

const NONE: readonly number[] = [];

function compileFilter(condition: Condition): FindSpans {
  const test = compileCondition(condition);
  return (trace) => {
    const { nodes } = trace;
    let found: number[] | undefined;
    for (let index = 0; index < nodes.length; index++) {
      if (test(nodes[index].span, trace, index)) (found ??= []).push(index);
    }
    return found ?? NONE;
  };
}

/** A 1 for each span that is found, from the pool; `undefined` for none at all. */
type Marks = Uint8Array | undefined;

/** A compiled spanset. */
interface Search {
  /**
   * @param within Only spans marked here matter, if given: others need not be looked at, and are not
   * found.
   */
  mark(trace: Trace, within?: Uint8Array): Marks;
  /** See {@linkcode Field.cost}. */
  readonly cost: number;
}

/** Recursive: the parser bounds how deep spansets nest. */
function compile(spanset: Spanset, pool: MarkPool): Search {
  switch (spanset.type) {
    case "filter":
      return markFiltered(
        compileCondition(spanset.condition),
        conditionCost(spanset.condition),
        pool,
      );
    case "both":
    case "either": {
      const parts = spanset.parts.map((part) => compile(part, pool));
      return markUnion(parts.sort((a, b) => a.cost - b.cost), spanset.type === "both", pool);
    }
    case "relation":
      return markRelated(spanset, compile(spanset.left, pool), compile(spanset.right, pool), pool);
    case "narrow": {
      const input = compile(spanset.input, pool);
      const cost = conditionCost(spanset.condition);
      const narrowed = markFiltered(compileCondition(spanset.condition), cost, pool);
      return restrictable(Math.max(input.cost, cost), pool, (trace) => {
        const marks = input.mark(trace);
        if (marks === undefined) return undefined;
        const result = narrowed.mark(trace, marks);
        pool.give(marks);
        return result;
      });
    }
    case "aggregate": {
      const input = compile(spanset.input, pool);
      const passes = compileAggregate(spanset);
      return restrictable(Math.max(input.cost, spanset.field?.cost ?? 0), pool, (trace) => {
        const marks = input.mark(trace);
        if (marks === undefined || passes(trace, marks)) return marks;
        pool.give(marks);
        return undefined;
      });
    }
  }
}

/** What is found without regard to `within` is cut down to it afterwards. */
function restrictable(cost: number, pool: MarkPool, mark: (trace: Trace) => Marks): Search {
  return {
    cost,
    mark(trace, within): Marks {
      const marks = mark(trace);
      return marks === undefined || within === undefined
        ? marks
        : keepCommon(marks, within, trace.nodes.length, pool);
    },
  };
}

function markFiltered(test: SpanTest, cost: number, pool: MarkPool): Search {
  return {
    cost,
    mark(trace, within): Marks {
      const { nodes } = trace;
      let marks: Marks;
      for (let index = 0; index < nodes.length; index++) {
        if (within !== undefined && within[index] === 0) continue;
        if (test(nodes[index].span, trace, index)) (marks ??= pool.take(nodes.length))[index] = 1;
      }
      return marks;
    },
  };
}

function markUnion(parts: readonly Search[], needsAll: boolean, pool: MarkPool): Search {
  const cost = Math.max(...parts.map((part) => part.cost));
  return restrictable(cost, pool, (trace) => {
    let union: Marks;
    for (const part of parts) {
      const marks = part.mark(trace);
      if (marks === undefined) {
        if (!needsAll) continue;
        if (union !== undefined) pool.give(union);
        return undefined;
      }
      if (union === undefined) union = marks;
      else {
        for (let index = 0; index < trace.nodes.length; index++) union[index] |= marks[index];
        pool.give(marks);
      }
    }
    return union;
  });
}

function markRelated(
  { relation, kept }: Extract<Spanset, { type: "relation" }>,
  left: Search,
  right: Search,
  pool: MarkPool,
): Search {
  const opposite = OPPOSITES[relation];

  function related(trace: Trace, marks: Uint8Array, how: typeof relation): Uint8Array {
    const { nodes } = trace;
    const to = pool.take(nodes.length);
    const counts = pool.take(how === "sibling" ? nodes.length : 0);
    relate(how, nodes, marks, to, counts);
    pool.give(counts);
    return to;
  }

  /** The left first, then of the right only what may be related to it. */
  function fromLeft(trace: Trace): Marks {
    const leftMarks = left.mark(trace);
    if (leftMarks === undefined) return undefined;
    const candidates = related(trace, leftMarks, relation);
    pool.give(leftMarks);
    const result = right.mark(trace, candidates);
    pool.give(candidates);
    return result;
  }

  /** The right first, then of the left only what may be related to it. */
  function fromRight(trace: Trace): Marks {
    const { length } = trace.nodes;
    const rightMarks = right.mark(trace);
    if (rightMarks === undefined) return undefined;
    const candidates = related(trace, rightMarks, opposite);
    const leftMarks = left.mark(trace, candidates);
    pool.give(candidates);
    if (leftMarks === undefined) {
      if (kept === "unrelated") return rightMarks;
      pool.give(rightMarks);
      return undefined;
    }
    const partners = related(trace, leftMarks, relation);
    if (kept === "unrelated") {
      for (let index = 0; index < length; index++) partners[index] ^= 1;
    }
    const result = keepCommon(rightMarks, partners, length, pool);
    pool.give(partners);
    if (kept === "both" && result !== undefined) {
      // Each was looked for among those related to the right.
      for (let index = 0; index < length; index++) result[index] |= leftMarks[index];
    }
    pool.give(leftMarks);
    return result;
  }

  const isFromLeft = kept === "related" && left.cost <= right.cost;
  return restrictable(Math.max(left.cost, right.cost), pool, isFromLeft ? fromLeft : fromRight);
}

function keepCommon(marks: Uint8Array, others: Uint8Array, length: number, pool: MarkPool): Marks {
  let any = 0;
  for (let index = 0; index < length; index++) any |= marks[index] &= others[index];
  if (any === 1) return marks;
  pool.give(marks);
  return undefined;
}

function compileAggregate(
  { aggregate, field, comparator, limit }: Extract<Spanset, { type: "aggregate" }>,
): (trace: Trace, marks: Uint8Array) => boolean {
  const test = createValueTest(comparator, [{ type: "number", value: limit }]);
  return (trace, marks) => {
    const result = aggregate === "count"
      ? countMarks(marks, trace.nodes.length)
      : computeAggregate(aggregate, field as Field, trace, marks);
    return result !== undefined && test(result);
  };
}

/** `undefined` when no span has a number there. */
function computeAggregate(
  aggregate: "avg" | "min" | "max" | "sum",
  field: Field,
  trace: Trace,
  marks: Uint8Array,
): number | undefined {
  const { nodes } = trace;
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let index = 0; index < nodes.length; index++) {
    if (marks[index] === 0) continue;
    const read = field.read(nodes[index].span, trace, index);
    if (read === undefined) continue;
    for (const value of Array.isArray(read) ? read : [read]) {
      const number = numberOf(value, { asDuration: true });
      if (number === undefined) continue;
      const double = Number(number);
      count++;
      sum += double;
      if (double < min) min = double;
      if (double > max) max = double;
    }
  }
  if (count === 0) return undefined;
  return { avg: sum / count, min, max, sum }[aggregate];
}

function countMarks(marks: Uint8Array, length: number): number {
  let count = 0;
  for (let index = 0; index < length; index++) count += marks[index];
  return count;
}

function indexesOf(marks: Uint8Array, length: number): Int32Array {
  const indexes = new Int32Array(countMarks(marks, length));
  let at = 0;
  for (let index = 0; index < length; index++) if (marks[index] === 1) indexes[at++] = index;
  return indexes;
}
