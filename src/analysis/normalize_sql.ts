import { SqlScanner } from "./_sql_scanner.ts";
import { SQL_RULES, type SqlDialect, type SqlRules } from "./sql_dialect.ts";

/** Options of {@linkcode normalizeSql}. */
export interface NormalizeSqlOptions {
  /** How the statement quotes. @default "generic", which guesses */
  readonly dialect?: SqlDialect;
  /** Characters after which the result is cut, with `…` at its end. @default nothing is cut */
  readonly maxLength?: number;
  /** Told of each literal that became `?`, as it is written in the statement. */
  readonly onLiteral?: (literal: string) => void;
}

/**
 * Brings a statement into the form that all statements share which differ in their values alone.
 *
 * - Strings, numbers and parameters (`$1`, `:name`, `@p`, `%s`) become `?`; a sign goes with its
 *   number. `NULL`, `TRUE`, `FALSE` and all identifiers stay.
 * - A list of values after `IN` becomes `IN (?)`, the rows of `VALUES` become the first of them, and
 *   the elements of `ARRAY[…]` become one.
 * - Comments go, and white space becomes one space; where there was none, there is none.
 *
 * It takes time linear in the length. What is not closed, in a statement that was cut, goes to the end.
 *
 * @example
 * ```ts
 * import { normalizeSql } from "./normalize_sql.ts";
 *
 * const text = normalizeSql("SELECT * FROM t1 WHERE id IN (1, 2) AND name = 'it''s' -- why");
 * if (text !== "SELECT * FROM t1 WHERE id IN (?) AND name = ?") throw new Error(text);
 * ```
 */
export function normalizeSql(statement: string, options: NormalizeSqlOptions = {}): string {
  const dialect = options.dialect ?? "generic";
  const rules = SQL_RULES[dialect];
  const literals: [start: number, end: number][] = [];
  const keepsLiterals = options.onLiteral !== undefined;
  const first = normalize(
    statement,
    rules,
    options.maxLength,
    keepsLiterals ? literals : undefined,
  );
  let { text } = first;
  if (dialect === "generic" && first.isCut && first.hasEscapedQuote) {
    // Where a backslash is nothing special, 'C:\' is a whole string: then that reading closes all.
    const plain = { ...rules, hasBackslashEscapes: false };
    const others: typeof literals = [];
    const second = normalize(
      statement,
      plain,
      options.maxLength,
      keepsLiterals ? others : undefined,
    );
    if (!second.isCut) {
      text = second.text;
      literals.splice(0, literals.length, ...others);
    }
  }
  for (const [start, end] of literals) options.onLiteral?.(statement.slice(start, end));
  return text;
}

interface Normalized {
  readonly text: string;
  readonly isCut: boolean;
  readonly hasEscapedQuote: boolean;
}

function normalize(
  statement: string,
  rules: SqlRules,
  maxLength = Infinity,
  literals: [number, number][] | undefined,
): Normalized {
  const plain = literals === undefined && statement.length <= maxLength
    ? normalizePlain(statement, rules)
    : undefined;
  if (plain !== undefined) return plain;
  const scanner = new SqlScanner(statement, rules);
  const writer = new StatementWriter();
  for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
    if (kind === "space") {
      writer.space();
    } else if (kind === "literal" || kind === "parameter") {
      if (kind === "literal") literals?.push([scanner.start, scanner.end]);
      writer.mark();
    } else {
      const text = statement.slice(scanner.start, scanner.end);
      if (kind === "symbol") writer.symbol(text);
      else writer.word(text);
    }
    if (writer.length > maxLength) break;
  }
  const text = writer.finish();
  return {
    text: text.length > maxLength ? text.slice(0, maxLength) + "…" : text,
    isCut: scanner.isCut,
    hasEscapedQuote: scanner.hasEscapedQuote,
  };
}

/**
 * Normalizes a statement that has no lists of values to shorten, by copying what lies between its values;
 * most statements are so, and this takes half the time.
 *
 * @returns `undefined` when the statement has such lists.
 */
function normalizePlain(statement: string, rules: SqlRules): Normalized | undefined {
  const scanner = new SqlScanner(statement, rules);
  let text = "";
  let copied = 0;
  // At the start there is to be no space, as if there were one already.
  let hasSpace = true;
  for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
    const { start, end } = scanner;
    if (kind === "literal" || kind === "parameter") {
      text += statement.slice(copied, start) + "?";
      copied = end;
      hasSpace = false;
    } else if (kind === "space") {
      // One that stays as it is is copied with what is around it.
      const isPlain = end === start + 1 && statement.charCodeAt(start) === SPACE;
      if (!isPlain || hasSpace) {
        text += statement.slice(copied, start);
        if (!hasSpace) text += " ";
        copied = end;
      }
      hasSpace = true;
    } else {
      if (kind === "word" && mayOpenList(statement, start, end)) return undefined;
      hasSpace = false;
    }
  }
  text = (text + statement.slice(copied)).trimEnd();
  return { text, isCut: scanner.isCut, hasEscapedQuote: scanner.hasEscapedQuote };
}

const SPACE = 32;

/** Whether a word may stand before values that are shortened. */
function mayOpenList(statement: string, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 2 && length !== 5 && length !== 6) return false;
  const first = statement.charCodeAt(start) | 32;
  if (first !== LETTER_A && first !== LETTER_I && first !== LETTER_V) return false;
  return LIST_WORDS.has(statement.slice(start, end).toUpperCase());
}

const LIST_WORDS: ReadonlySet<string> = new Set(["IN", "VALUES", "ARRAY"]);
const LETTER_A = 97;
const LETTER_I = 105;
const LETTER_V = 118;

/** A list of values that is being written. */
interface List {
  readonly kind: "in" | "array" | "row";
  /** How many brackets are open inside of it, its own included. */
  readonly depth: number;
  /** Where in the parts its content begins. */
  readonly start: number;
  /** Where the row in it begins that is being written; -1 for none. */
  rowStart: number;
  /** The row before that one. */
  lastRow: string;
}

/** Writes the tokens of a statement, and shortens lists of values while it does. */
class StatementWriter {
  readonly #parts: string[] = [];
  length = 0;
  #hasSpace = false;
  #depth = 0;
  readonly #lists: List[] = [];
  #lastWord = "";
  /** After a row of `VALUES`: further rows are left out. */
  #isAfterRow = false;
  #hasComma = false;
  /** Above 0 inside of a row that is left out: how many brackets are open in it. */
  #skippedDepth = 0;

  space(): void {
    this.#hasSpace = this.#parts.length > 0;
  }

  word(text: string): void {
    if (this.#skippedDepth > 0) return;
    this.#push(text);
    this.#lastWord = text;
  }

  mark(): void {
    if (this.#skippedDepth > 0) return;
    const list = this.#lists.at(-1);
    const parts = this.#parts;
    const isRepeat = list !== undefined && list.kind !== "row" && list.depth === this.#depth &&
      parts.length - list.start >= 2 && isPart(parts[parts.length - 1], ",") &&
      isPart(parts[parts.length - 2], "?");
    if (isRepeat) {
      this.#cutTo(parts.length - 1);
      this.#hasSpace = false;
    } else {
      this.#push("?");
    }
    this.#lastWord = "";
  }

  symbol(text: string): void {
    if (this.#skippedDepth > 0) {
      if (text === "(") this.#skippedDepth++;
      else if (text === ")") this.#skippedDepth--;
      this.#hasSpace = false;
      return;
    }
    const lastWord = this.#lastWord;
    this.#lastWord = "";
    if (text === "(" || text === "[") this.#open(text, lastWord);
    else if (text === ")" || text === "]") this.#close(text);
    else if (text === "," && this.#isAfterRow && !this.#hasComma) this.#hasComma = true;
    else this.#push(text);
  }

  finish(): string {
    this.#writeComma();
    return this.#parts.join("");
  }

  #open(text: string, lastWord: string): void {
    if (this.#hasComma && text === "(") {
      this.#hasComma = false;
      this.#skippedDepth = 1;
      return;
    }
    const list = this.#lists.at(-1);
    if (list?.kind === "in" && list.depth === this.#depth && text === "(") {
      const before = this.#parts[this.#parts.length - 1];
      const beginsRow = isPart(before, ",") || this.#parts.length === list.start;
      list.rowStart = beginsRow ? this.#parts.length : -1;
    }
    this.#push(text);
    this.#depth++;
    const kind = listKind(text, lastWord);
    if (kind === undefined) return;
    const start = this.#parts.length;
    this.#lists.push({ kind, depth: this.#depth, start, rowStart: -1, lastRow: "" });
  }

  #close(text: string): void {
    let list = this.#lists.at(-1);
    const isListEnd = list !== undefined && list.depth === this.#depth;
    const isValue = isListEnd && list?.kind !== "row" &&
      this.#parts.length - (list as List).start === 1 && isPart(this.#parts.at(-1), "?");
    if (isValue) {
      this.#cutTo((list as List).start);
      this.#hasSpace = false;
      this.#push("?");
    }
    this.#push(text);
    if (this.#depth > 0) this.#depth--;
    if (isListEnd) {
      this.#lists.pop();
      this.#isAfterRow = list?.kind === "row";
      list = this.#lists.at(-1);
    }
    if (list?.kind === "in" && list.depth === this.#depth && list.rowStart >= 0) {
      this.#closeRow(list);
    }
  }

  /** A row of `IN` that is like the one before is left out, with its comma. */
  #closeRow(list: List): void {
    const row = this.#parts.slice(list.rowStart).join("").trim();
    if (row === list.lastRow) this.#cutTo(list.rowStart - 1);
    list.lastRow = row;
    list.rowStart = -1;
  }

  #push(text: string): void {
    this.#writeComma();
    this.#isAfterRow = false;
    const part = this.#hasSpace ? " " + text : text;
    this.#hasSpace = false;
    this.#parts.push(part);
    this.length += part.length;
  }

  /** The comma after a row turned out to belong to something else. */
  #writeComma(): void {
    if (!this.#hasComma) return;
    this.#hasComma = false;
    this.#parts.push(",");
    this.length++;
  }

  #cutTo(count: number): void {
    const parts = this.#parts;
    while (parts.length > count) this.length -= (parts.pop() as string).length;
  }
}

/** What a bracket opens after a word. */
function listKind(bracket: string, word: string): List["kind"] | undefined {
  if (word.length < 2 || word.length > 6) return undefined;
  switch (word.toUpperCase()) {
    case "IN":
      return bracket === "(" ? "in" : undefined;
    case "VALUES":
      return bracket === "(" ? "row" : undefined;
    case "ARRAY":
      return bracket === "[" ? "array" : undefined;
    default:
      return undefined;
  }
}

function isPart(part: string | undefined, text: string): boolean {
  return part === text || part === " " + text;
}
