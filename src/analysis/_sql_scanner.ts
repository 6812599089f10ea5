import type { SqlRules } from "./sql_dialect.ts";

/**
 * What a piece of a statement is. `space` is white space and comments, `word` a keyword or a plain
 * identifier, `identifier` a quoted one, `literal` a string or a number, `parameter` a place for a
 * value, `symbol` any other character.
 */
export type SqlTokenKind =
  | "space"
  | "word"
  | "identifier"
  | "literal"
  | "parameter"
  | "symbol"
  | "end";

/**
 * Takes SQL apart, in time linear in its length, without understanding it: quotes, comments, numbers
 * and parameters are all that matters. Nothing is an error; what is not closed ends with the text.
 */
export class SqlScanner {
  readonly text: string;
  readonly #rules: SqlRules;
  /** Where the current token begins and ends. */
  start = 0;
  end = 0;
  /** Whether a string or a comment was not closed. */
  isCut = false;
  /** Whether a backslash kept a string from ending. */
  hasEscapedQuote = false;
  /** The last token that is no white space, and where it stands. */
  #lastKind: SqlTokenKind = "end";
  #lastStart = 0;
  #lastEnd = 0;
  #hasBacktick = false;
  #mayNest: boolean;

  constructor(text: string, rules: SqlRules) {
    this.text = text;
    this.#rules = rules;
    this.#mayNest = rules.nestsComments !== false;
  }

  /** Goes on to the next token. */
  next(): SqlTokenKind {
    this.start = this.end;
    if (this.start >= this.text.length) return "end";
    const kind = this.#scan(this.text.charCodeAt(this.start));
    if (kind !== "space") {
      this.#lastKind = kind;
      this.#lastStart = this.start;
      this.#lastEnd = this.end;
    }
    return kind;
  }

  #scan(code: number): SqlTokenKind {
    if (isSpace(code)) return this.#space();
    if (isWordStart(code)) return this.#wordOrPrefixed();
    if (isDigit(code)) return this.#number();
    const next = this.text.charCodeAt(this.start + 1);
    switch (code) {
      case QUOTE:
        return this.#string(QUOTE, this.start + 1, this.#rules.hasBackslashEscapes);
      case DOUBLE_QUOTE:
        return this.#doubleQuoted();
      case BACKTICK:
        this.#hasBacktick = true;
        this.#skipQuoted(BACKTICK, this.start + 1, false);
        return "identifier";
      case OPEN_BRACKET:
        return this.#bracket();
      case DASH:
        if (next === DASH && this.#beginsDashComment()) return this.#lineComment();
        return this.#sign(next);
      case PLUS:
        return this.#sign(next);
      case SLASH:
        return next === STAR ? this.#comment() : this.#symbol(1);
      case HASH:
        return this.#beginsHashComment() ? this.#lineComment() : this.#symbol(1);
      case DOT:
        return isDigit(next) && !this.#isAdjacentToOperand() ? this.#number() : this.#symbol(1);
      case QUESTION:
        return this.#parameter(1);
      case DOLLAR:
        return this.#dollar(next);
      case COLON:
        return this.#colon(next);
      case AT:
        return this.#at(next);
      case PERCENT:
        return this.#percent(next);
      default:
        return this.#symbol(1);
    }
  }

  #symbol(length: number): SqlTokenKind {
    this.end = this.start + length;
    return "symbol";
  }

  #space(): SqlTokenKind {
    this.end = skipSpaces(this.text, this.start + 1);
    return "space";
  }

  #lineComment(): SqlTokenKind {
    const end = this.text.indexOf("\n", this.start);
    this.end = end < 0 ? this.text.length : end + 1;
    return "space";
  }

  #beginsDashComment(): boolean {
    const after = this.text.charCodeAt(this.start + 2);
    return !this.#rules.dashesNeedSpace || Number.isNaN(after) || after <= SPACE;
  }

  #beginsHashComment(): boolean {
    if (this.#rules.hasHashComments !== "guess") return this.#rules.hasHashComments;
    if (this.#hasBacktick) return true;
    for (let at = this.start - 1; at >= 0 && at > this.start - MAX_INDENT; at--) {
      const code = this.text.charCodeAt(at);
      if (code === LINE_FEED) return true;
      if (!isSpace(code)) return false;
    }
    return true;
  }

  #comment(): SqlTokenKind {
    this.end = this.text.length;
    if (this.#mayNest) {
      const end = this.#nestedCommentEnd();
      if (end !== undefined) {
        this.end = end;
        return "space";
      }
      if (this.#rules.nestsComments === true) {
        this.isCut = true;
        return "space";
      }
      // The rest holds more openings than closings, which nesting cannot explain: not tried again.
      this.#mayNest = false;
    }
    const end = this.text.indexOf("*/", this.start + 2);
    if (end < 0) this.isCut = true;
    else this.end = end + 2;
    return "space";
  }

  #nestedCommentEnd(): number | undefined {
    let depth = 1;
    let open = this.text.indexOf("/*", this.start + 2);
    for (let at = this.start + 2;;) {
      const close = this.text.indexOf("*/", at);
      if (close < 0) return undefined;
      if (open >= 0 && open < at) open = this.text.indexOf("/*", at);
      if (open >= 0 && open < close) {
        depth++;
        at = open + 2;
      } else {
        at = close + 2;
        if (--depth === 0) return at;
      }
    }
  }

  #wordOrPrefixed(): SqlTokenKind {
    const end = this.end = skipWord(this.text, this.start + 1);
    const code = this.text.charCodeAt(end);
    if (code === QUOTE) {
      const prefix = this.#keyword(this.start, end);
      if (prefix === "E") return this.#string(QUOTE, end + 1, true);
      if ((prefix === "Q" || prefix === "NQ") && this.#rules.hasQQuotes) {
        return this.#qString(end + 1);
      }
      // MySQL's name of a character set, as in _utf8mb4'text', is one, too.
      if (STRING_PREFIXES.has(prefix) || this.text.charCodeAt(this.start) === UNDERSCORE) {
        return this.#string(QUOTE, end + 1, this.#rules.hasBackslashEscapes);
      }
    } else if (code === AMPERSAND && this.#keyword(this.start, end) === "U") {
      const quote = this.text.charCodeAt(end + 1);
      if (quote === QUOTE) return this.#string(QUOTE, end + 2, false);
      if (quote === DOUBLE_QUOTE) {
        this.#skipQuoted(DOUBLE_QUOTE, end + 2, false);
        return "identifier";
      }
    }
    return "word";
  }

  #doubleQuoted(): SqlTokenKind {
    const { doubleQuotedStrings, hasBackslashEscapes } = this.#rules;
    const isString = doubleQuotedStrings === "guess" ? this.#hasBacktick : doubleQuotedStrings;
    if (isString) return this.#string(DOUBLE_QUOTE, this.start + 1, hasBackslashEscapes);
    this.#skipQuoted(DOUBLE_QUOTE, this.start + 1, false);
    return "identifier";
  }

  #string(quote: number, from: number, hasEscapes: boolean): SqlTokenKind {
    this.#skipQuoted(quote, from, hasEscapes);
    return "literal";
  }

  /** A quote inside is written twice, or after a backslash where the dialect has that. */
  #skipQuoted(quote: number, from: number, hasEscapes: boolean): void {
    const { text } = this;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH && hasEscapes) {
        if (text.charCodeAt(at + 1) === quote) this.hasEscapedQuote = true;
        at++;
      } else if (code === quote) {
        if (text.charCodeAt(at + 1) !== quote) {
          this.end = at + 1;
          return;
        }
        at++;
      }
    }
    this.end = text.length;
    this.isCut = true;
  }

  #qString(from: number): SqlTokenKind {
    const open = this.text.charAt(from);
    const end = this.text.indexOf((Q_CLOSERS[open] ?? open) + "'", from + 1);
    if (end < 0 || open === "") this.isCut = true;
    this.end = end < 0 ? this.text.length : end + 2;
    return "literal";
  }

  #bracket(): SqlTokenKind {
    const { hasBrackets } = this.#rules;
    if (hasBrackets === false || (hasBrackets === "guess" && !this.#mayBeBracketed())) {
      return this.#symbol(1);
    }
    const limit = Math.min(this.text.length, this.start + MAX_BRACKETED);
    for (let at = this.start + 1; at < limit; at++) {
      if (this.text.charCodeAt(at) !== CLOSE_BRACKET) continue;
      if (this.text.charCodeAt(at + 1) === CLOSE_BRACKET) {
        at++;
        continue;
      }
      this.end = at + 1;
      return "identifier";
    }
    return this.#symbol(1);
  }

  #mayBeBracketed(): boolean {
    return !this.#isAdjacentToOperand() && isWordStart(this.text.charCodeAt(this.start + 1));
  }

  /** A sign belongs to a number where a value is due; elsewhere it is an operator. */
  #sign(next: number): SqlTokenKind {
    const isNumber = isDigit(next) ||
      next === DOT && isDigit(this.text.charCodeAt(this.start + 2));
    if (!isNumber || this.#isAfterOperand()) return this.#symbol(1);
    this.start++;
    this.#number();
    this.start--;
    return "literal";
  }

  #number(): SqlTokenKind {
    const { text } = this;
    let at = this.start;
    const second = text.charCodeAt(at + 1) | LOWER_CASE;
    if (text.charCodeAt(at) === ZERO && (second === LETTER_X || second === LETTER_B)) {
      this.end = skipWord(this.text, at + 2);
      return "literal";
    }
    at = skipDigits(this.text, at);
    if (text.charCodeAt(at) === DOT && text.charCodeAt(at + 1) !== DOT) {
      at = skipDigits(this.text, at + 1);
    }
    if ((text.charCodeAt(at) | LOWER_CASE) === LETTER_E) {
      const sign = text.charCodeAt(at + 1);
      const digits = sign === PLUS || sign === DASH ? at + 2 : at + 1;
      if (isDigit(text.charCodeAt(digits))) at = skipDigits(this.text, digits);
    }
    // A suffix, as in 10L or 1.5f.
    this.end = skipWord(this.text, at);
    return "literal";
  }

  #parameter(length: number): SqlTokenKind {
    this.end = skipDigits(this.text, this.start + length);
    return "parameter";
  }

  #dollar(next: number): SqlTokenKind {
    if (isDigit(next)) return this.#parameter(2);
    const hasName = isWordStart(next);
    const nameEnd = hasName ? skipTag(this.text, this.start + 1) : this.start + 1;
    if (this.#rules.hasDollarQuotes && this.text.charCodeAt(nameEnd) === DOLLAR) {
      const tag = this.text.slice(this.start, nameEnd + 1);
      const end = this.text.indexOf(tag, nameEnd + 1);
      if (end < 0) this.isCut = true;
      this.end = end < 0 ? this.text.length : end + tag.length;
      return "literal";
    }
    if (!hasName) return this.#symbol(1);
    this.end = nameEnd;
    return "parameter";
  }

  #colon(next: number): SqlTokenKind {
    if (next === COLON || next === EQUALS) return this.#symbol(2);
    if (this.#isAdjacentToOperand() || !isWordPart(next)) return this.#symbol(1);
    this.end = skipWord(this.text, this.start + 1);
    return "parameter";
  }

  #at(next: number): SqlTokenKind {
    if (next === AT) {
      this.end = skipWord(this.text, this.start + 2);
      return this.end > this.start + 2 ? "word" : "symbol";
    }
    if (!this.#rules.hasAtParameters || !isWordPart(next)) return this.#symbol(1);
    this.end = skipWord(this.text, this.start + 1);
    return "parameter";
  }

  /** The placeholders of Python's drivers: `%s` and `%(name)s`; `%` is an operator elsewhere. */
  #percent(next: number): SqlTokenKind {
    if (next === OPEN) {
      const limit = Math.min(this.text.length, this.start + MAX_PLACEHOLDER);
      for (let at = this.start + 2; at < limit; at++) {
        if (this.text.charCodeAt(at) !== CLOSE) continue;
        if (this.text.charCodeAt(at + 1) !== LETTER_S) break;
        this.end = at + 2;
        return "parameter";
      }
      return this.#symbol(1);
    }
    const isPlaceholder = (next === LETTER_S || next === LETTER_D) && !this.#isAfterOperand() &&
      !isWordPart(this.text.charCodeAt(this.start + 2));
    if (!isPlaceholder) return this.#symbol(1);
    this.end = this.start + 2;
    return "parameter";
  }

  /** Whether something stands right before that has a value: a name, a literal, `)`, `]`. */
  #isAdjacentToOperand(): boolean {
    const before = this.text.charCodeAt(this.start - 1);
    return isWordPart(before) || before === QUOTE || before === DOUBLE_QUOTE ||
      before === BACKTICK || before === CLOSE || before === CLOSE_BRACKET;
  }

  /** Whether the last token is something that a value cannot follow. */
  #isAfterOperand(): boolean {
    switch (this.#lastKind) {
      case "word":
        return !EXPECTS_VALUE.has(this.#keyword(this.#lastStart, this.#lastEnd));
      case "symbol": {
        const code = this.text.charCodeAt(this.#lastStart);
        return code === CLOSE || code === CLOSE_BRACKET;
      }
      default:
        return this.#lastKind !== "end";
    }
  }

  /** A piece of the text in upper case if it is short enough to be a keyword; empty otherwise. */
  #keyword(start: number, end: number): string {
    return end - start > LONGEST_KEYWORD ? "" : this.text.slice(start, end).toUpperCase();
  }
}

/** Words that a value follows, so that a sign after them is no operator. */
const EXPECTS_VALUE: ReadonlySet<string> = new Set([
  "ALL",
  "AND",
  "BETWEEN",
  "BY",
  "CASE",
  "DEFAULT",
  "DISTINCT",
  "DIV",
  "ELSE",
  "ESCAPE",
  "HAVING",
  "ILIKE",
  "IN",
  "INTERVAL",
  "IS",
  "LIKE",
  "LIMIT",
  "MOD",
  "NOT",
  "OFFSET",
  "ON",
  "OR",
  "RETURN",
  "RETURNING",
  "SELECT",
  "SET",
  "THEN",
  "TOP",
  "USING",
  "VALUES",
  "WHEN",
  "WHERE",
  "XOR",
]);
const LONGEST_KEYWORD = 9;
/** National, bit, hexadecimal, binary and raw strings. */
const STRING_PREFIXES: ReadonlySet<string> = new Set(["N", "B", "X", "R", "RB", "BR"]);
const Q_CLOSERS: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")", "<": ">" };
/** SQL Server's names have at most 128 characters; a closing bracket in one is written twice. */
const MAX_BRACKETED = 258;
const MAX_PLACEHOLDER = 130;
const MAX_INDENT = 256;

const LINE_FEED = 10;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const DOLLAR = 36;
const PERCENT = 37;
const AMPERSAND = 38;
const QUOTE = 39;
const OPEN = 40;
const CLOSE = 41;
const STAR = 42;
const PLUS = 43;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const COLON = 58;
const EQUALS = 61;
const QUESTION = 63;
const AT = 64;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const UNDERSCORE = 95;
const BACKTICK = 96;
const LETTER_B = 98;
const LETTER_D = 100;
const LETTER_E = 101;
const LETTER_S = 115;
const LETTER_X = 120;
const LOWER_CASE = 32;
const NO_BREAK_SPACE = 160;

/** What the characters below 128 can be part of. */
const IS_DIGIT = 1;
const IS_LETTER = 2;
const IS_OTHER_WORD_PART = 4;
const CLASSES = new Uint8Array(128);
for (let code = ZERO; code <= 57; code++) CLASSES[code] = IS_DIGIT;
for (let code = 65; code <= 90; code++) CLASSES[code] = CLASSES[code | LOWER_CASE] = IS_LETTER;
CLASSES[UNDERSCORE] = IS_LETTER;
CLASSES[DOLLAR] = CLASSES[HASH] = IS_OTHER_WORD_PART;

function isSpace(code: number): boolean {
  return code <= SPACE || code === NO_BREAK_SPACE;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}

function isWordStart(code: number): boolean {
  return code < 128 ? CLASSES[code] === IS_LETTER : code > NO_BREAK_SPACE;
}

function isWordPart(code: number): boolean {
  return code < 128 ? CLASSES[code] !== 0 : code > NO_BREAK_SPACE;
}

/** Where a run of spaces ends. */
function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Where a word ends. */
function skipWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWordPart(text.charCodeAt(at))) at++;
  return at;
}

/** Where the tag of a dollar quote ends, which has no dollar in it. */
function skipTag(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (!isWordStart(code) && !isDigit(code)) break;
    at++;
  }
  return at;
}

/** Where a run of digits ends; they may have underscores between them. */
function skipDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (!isDigit(code) && code !== UNDERSCORE) break;
    at++;
  }
  return at;
}
