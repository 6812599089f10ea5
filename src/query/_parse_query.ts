import type { Token } from "./_lex_query.ts";
import { type BinaryOperator, findRelation, operatorWord } from "./_operators.ts";
import { listOf, QueryCursor, quote } from "./_query_cursor.ts";
import type { Condition, Spanset } from "./_query_tree.ts";
import { AGGREGATES, classifyStage, readAggregate } from "./_read_aggregate.ts";
import { readCondition } from "./_read_condition.ts";
import { columnOf } from "./query_error.ts";

/**
 * Parses a query. Neither the text nor its nesting can make it recurse: what is open waits in lists.
 *
 * @throws {QueryError} When it is no query.
 */
export function parseQuery(query: string): Spanset {
  return new QueryParser(query).parse();
}

/** Each nested spanset takes a buffer as long as the trace. */
const MAX_SPANSET_DEPTH = 100;

const CONDITION = 'a condition such as error, duration > 100ms or .key = "value"';

/** A set of spans that has been read. */
interface SpansetOperand {
  readonly type: "spanset";
  readonly spanset: Spanset;
  readonly depth: number;
  /** Whether it is a pipeline, after which only another stage may come. */
  readonly isPiped: boolean;
}

/** What has been read: a condition as long as it can be part of a larger one. */
type Operand = { readonly type: "condition"; readonly condition: Condition } | SpansetOperand;

/** What waits for its right side or its end. */
type Waiting =
  | {
    readonly type: "group";
    readonly token: Token;
    /** What the condition in these braces narrows, when they are a stage. */
    readonly input?: SpansetOperand;
  }
  | { readonly type: "not"; readonly token: Token }
  | { readonly type: "binary"; readonly operator: BinaryOperator; readonly token: Token };

/** How tightly operators bind; 0 is looser than all. */
const PRECEDENCES = { or: 1, and: 2, relation: 3, not: 4 } as const;

class QueryParser {
  readonly #cursor: QueryCursor;
  readonly #operands: Operand[] = [];
  readonly #waiting: Waiting[] = [];
  /** Whether what is read stands in braces. */
  #isInBraces = false;

  constructor(query: string) {
    this.#cursor = new QueryCursor(query);
  }

  parse(): Spanset {
    const { token } = this.#cursor;
    if (token.type === "end") throw this.#cursor.error("The query is empty", token, CONDITION);
    for (let needsOperand = true; needsOperand || this.#cursor.token.type !== "end";) {
      needsOperand = needsOperand ? this.#readOperand() : this.#readOperator();
    }
    this.#reduce(0);
    const open = this.#waiting.pop();
    if (open === undefined) return toSpanset(this.#operands[0]).spanset;
    throw this.#cursor.error(
      `The ${quote(open.token.value)} of column ${this.#columnOf(open.token)} is not closed`,
      this.#cursor.token,
      open.token.type === "{" ? '"}"' : '")"',
    );
  }

  /** Returns whether another operand must follow. */
  #readOperand(): boolean {
    const { token } = this.#cursor;
    switch (token.type) {
      case "(":
        this.#cursor.take();
        this.#waiting.push({ type: "group", token });
        return true;
      case "{":
        if (this.#isInBraces) throw this.#cursor.unexpected(token, CONDITION);
        return this.#openBrace();
      case "!":
        return this.#readNot();
      case "word":
        if (operatorWord(token.value) === "not") return this.#readNot();
        if (operatorWord(token.value) !== undefined) {
          throw this.#cursor.unexpected(token, `${CONDITION} (to search for the word, quote it)`);
        }
        if (this.#isCall()) return this.#readFirstStage();
        break;
      case "string":
        break;
      default:
        throw this.#cursor.unexpected(token, CONDITION);
    }
    this.#pushCondition(readCondition(this.#cursor));
    return false;
  }

  #openBrace(input?: SpansetOperand): boolean {
    const token = this.#cursor.take();
    this.#isInBraces = true;
    this.#waiting.push({ type: "group", token, input });
    if (this.#cursor.token.type !== "}") return true;
    this.#pushCondition({ type: "constant", value: true });
    return false;
  }

  #readNot(): boolean {
    const token = this.#cursor.take();
    if (this.#cursor.token.type === "{") {
      throw this.#cursor.unexpected(this.#cursor.token, "the negation within the braces: { !(…) }");
    }
    this.#waiting.push({ type: "not", token });
    return true;
  }

  /** Whether a word with a parenthesis right after it stands here. */
  #isCall(): boolean {
    const { token, nextToken } = this.#cursor;
    return nextToken.type === "(" && nextToken.start === token.end && token.value[0] !== ".";
  }

  /** An aggregate at the beginning is one of all spans. */
  #readFirstStage(): boolean {
    const { token } = this.#cursor;
    const name = token.value;
    if (classifyStage(name) === "unknown") {
      const expected = `${listOf(AGGREGATES)} (to search for the word, quote it)`;
      throw this.#cursor.error(`Unknown function ${quote(name)}`, token, expected);
    }
    const outer = this.#waiting[this.#waiting.length - 1];
    const isFirst = outer === undefined ? this.#operands.length === 0 : outer.token.type === "(";
    if (!isFirst || this.#isInBraces) {
      const expected = `a condition; aggregates stand after "|"`;
      throw this.#cursor.error(`The stage ${name}() cannot stand here`, token, expected);
    }
    const all: Spanset = { type: "filter", condition: { type: "constant", value: true } };
    this.#pushStage(readAggregate(this.#cursor, all), 1);
    return false;
  }

  /** Returns whether an operand must follow. */
  #readOperator(): boolean {
    const { token } = this.#cursor;
    const left = this.#operands[this.#operands.length - 1];
    if (token.type === ")" || token.type === "}") {
      this.#close();
      return false;
    }
    if (token.type === "|" && !this.#isInBraces) return this.#readStage();
    if (left.type === "spanset" && left.isPiped) {
      throw this.#cursor.unexpected(token, '"|" and another stage, or the end');
    }
    const word = token.type === "word" ? operatorWord(token.value) : undefined;
    if (token.type === "&&" || word === "and") return this.#pushBinary({ type: "and" });
    if (token.type === "||" || word === "or") return this.#pushBinary({ type: "or" });
    const relation = findRelation(token.type);
    if (left.type === "condition" && this.#cursor.comparator !== undefined) {
      const expected = "&& between two of them; for structure, put each side in braces";
      throw this.#cursor.error("Comparisons cannot be chained", token, expected);
    }
    if (relation !== undefined && !this.#isInBraces) return this.#pushBinary(relation);
    if (left.type === "condition" && ["word", "string", "!", "("].includes(token.type)) {
      // Side by side means both.
      this.#wait({ type: "and" }, token);
      return true;
    }
    const where = relation === undefined ? "" : ` (${token.type} stands between { … } and { … })`;
    const expected = this.#isInBraces ? '"&&", "||" or "}"' : '"&&", "||", ">>" or "|"';
    throw this.#cursor.unexpected(token, expected + where);
  }

  #pushBinary(operator: BinaryOperator): true {
    this.#wait(operator, this.#cursor.take());
    return true;
  }

  #wait(operator: BinaryOperator, token: Token): void {
    this.#reduce(PRECEDENCES[operator.type]);
    this.#waiting.push({ type: "binary", operator, token });
  }

  /** Reads what stands after a `|`; returns whether an operand must follow. */
  #readStage(): boolean {
    this.#reduce(0);
    this.#cursor.take();
    const input = toSpanset(this.#operands.pop() as Operand);
    const { token } = this.#cursor;
    // Two conditions in a row become one.
    if (token.type === "{" && input.spanset.type === "filter") return this.#openBrace(input);
    const depth = this.#checkedDepth(input.depth + 1, token);
    if (token.type === "{") return this.#openBrace({ ...input, depth });
    this.#pushStage(readAggregate(this.#cursor, input.spanset), depth);
    return false;
  }

  #pushStage(spanset: Spanset, depth: number): void {
    this.#operands.push({ type: "spanset", spanset, depth, isPiped: true });
  }

  #close(): void {
    const { token } = this.#cursor;
    this.#reduce(0);
    const group = this.#waiting.pop() as Extract<Waiting, { type: "group" }> | undefined;
    if (group === undefined) throw this.#cursor.unexpected(token, "the end");
    if ((group.token.type === "{") !== (token.type === "}")) {
      const closing = group.token.type === "{" ? '"}"' : '")"';
      const column = this.#columnOf(group.token);
      throw this.#cursor.unexpected(token, `${closing} for the one opened at column ${column}`);
    }
    this.#cursor.take();
    const operand = this.#operands.pop() as Operand;
    if (token.type === "}") {
      this.#isInBraces = false;
      const { condition } = operand as Extract<Operand, { type: "condition" }>;
      if (group.input === undefined) this.#operands.push(toSpanset(operand));
      else this.#pushStage(narrow(group.input.spanset, condition), group.input.depth);
    } else {
      this.#operands.push(operand.type === "spanset" ? { ...operand, isPiped: false } : operand);
    }
  }

  /** Applies what waits and binds at least as tightly, up to the innermost group. */
  #reduce(precedence: number): void {
    for (;;) {
      const waiting = this.#waiting[this.#waiting.length - 1];
      if (waiting === undefined || waiting.type === "group") return;
      const own = waiting.type === "not" ? PRECEDENCES.not : PRECEDENCES[waiting.operator.type];
      if (own < precedence) return;
      this.#waiting.pop();
      const right = this.#operands.pop() as Operand;
      if (waiting.type === "binary") {
        const left = this.#operands.pop() as Operand;
        this.#operands.push(this.#combine(waiting.operator, left, right, waiting.token));
      } else if (right.type === "condition") {
        this.#pushCondition(negate(right.condition));
      } else {
        const expected = "the negation within the braces: { !(…) }";
        throw this.#cursor.error("A set of spans cannot be negated", waiting.token, expected);
      }
    }
  }

  #combine(operator: BinaryOperator, left: Operand, right: Operand, token: Token): Operand {
    if (operator.type !== "relation" && left.type === "condition" && right.type === "condition") {
      const type = operator.type === "and" ? "all" : "any";
      return { type: "condition", condition: join(type, left.condition, right.condition) };
    }
    const a = toSpanset(left);
    const b = toSpanset(right);
    if (operator.type === "or" && a.spanset.type === "filter" && b.spanset.type === "filter") {
      // What `{ a } || { b }` finds is what `{ a || b }` finds.
      const condition = join("any", a.spanset.condition, b.spanset.condition);
      return toSpanset({ type: "condition", condition });
    }
    if (operator.type !== "relation") return this.#combineSets(operator.type, a, b, token);
    const depth = this.#checkedDepth(Math.max(a.depth, b.depth) + 1, token);
    const spanset: Spanset = { ...operator, left: a.spanset, right: b.spanset };
    return { type: "spanset", spanset, depth, isPiped: false };
  }

  /** The left one is taken over if it is of the same kind, so that a long chain is one list. */
  #combineSets(
    operator: "and" | "or",
    left: SpansetOperand,
    right: SpansetOperand,
    token: Token,
  ): SpansetOperand {
    const type = operator === "and" ? "both" : "either";
    const isChain = left.spanset.type === type;
    const leftDepth = isChain ? left.depth : left.depth + 1;
    const depth = this.#checkedDepth(Math.max(leftDepth, right.depth + 1), token);
    if (left.spanset.type === type) {
      left.spanset.parts.push(right.spanset);
      return { ...left, depth, isPiped: false };
    }
    const spanset: Spanset = { type, parts: [left.spanset, right.spanset] };
    return { type: "spanset", spanset, depth, isPiped: false };
  }

  #checkedDepth(depth: number, token: Token): number {
    if (depth <= MAX_SPANSET_DEPTH) return depth;
    throw this.#cursor.error(
      "The query nests too many sets of spans",
      token,
      `at most ${MAX_SPANSET_DEPTH} within each other`,
    );
  }

  #pushCondition(condition: Condition): void {
    this.#operands.push({ type: "condition", condition });
  }

  #columnOf(token: Token): number {
    return columnOf(this.#cursor.query, token.start);
  }
}

function toSpanset(operand: Operand): SpansetOperand {
  if (operand.type === "spanset") return operand;
  const spanset = { type: "filter", condition: operand.condition } as const;
  return { type: "spanset", spanset, depth: 0, isPiped: false };
}

function narrow(input: Spanset, condition: Condition): Spanset {
  return input.type === "filter"
    ? { type: "filter", condition: join("all", input.condition, condition) }
    : { type: "narrow", input, condition };
}

/** The left one is taken over if it is of the same kind, so that a long chain is one list. */
function join(type: "all" | "any", left: Condition, right: Condition): Condition {
  if (left.type !== type) return { type, parts: [left, right] };
  left.parts.push(right);
  return left;
}

function negate(condition: Condition): Condition {
  return condition.type === "not" ? condition.part : { type: "not", part: condition };
}
