import { attributeField, type Field, findIntrinsic, splitAttributeName } from "./_field.ts";
import { lexQuery, type Token } from "./_lex_query.ts";
import { findRelation } from "./_operators.ts";
import type { Pattern } from "./_pattern.ts";
import type { Comparator } from "./_query_tree.ts";
import { QueryError } from "./query_error.ts";

/** Walks along the tokens of a query, and says what is wrong with one. */
export class QueryCursor {
  readonly query: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** One object a name, so that comparisons of one field can be found. */
  readonly #fields = new Map<string, Field>();
  #patternSize = 0;

  /** @throws {QueryError} When the query is too long. */
  constructor(query: string) {
    this.query = query;
    if (query.length > MAX_QUERY_LENGTH) {
      const expected = `at most ${MAX_QUERY_LENGTH} characters`;
      throw new QueryError("The query is too long", { query, offset: MAX_QUERY_LENGTH, expected });
    }
    this.#tokens = lexQuery(query);
  }

  /** The token to read next. */
  get token(): Token {
    return this.#tokens[this.#at];
  }

  /** The token after it. */
  get nextToken(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)];
  }

  /** Goes on to the token after, and returns the one that was read. */
  take(): Token {
    return this.#tokens[this.#at++];
  }

  /**
   * Takes a token that must stand here.
   *
   * @throws {QueryError} When another one does.
   */
  expect(type: Token["type"], expected: string): void {
    if (this.token.type !== type) throw this.unexpected(this.token, expected);
    this.take();
  }

  /** The comparator that stands here: `<`, `>` and `!~` may also stand between sets of spans. */
  get comparator(): Comparator | undefined {
    const { type } = this.token;
    if (!COMPARATORS.has(type)) return undefined;
    if (findRelation(type) !== undefined) {
      let next = this.#at + 1;
      while (this.#tokens[next].type === "(") next++;
      if (this.#tokens[next].type === "{") return undefined;
    }
    return type as Comparator;
  }

  /**
   * The field that a word names; `undefined` when it names none.
   *
   * @throws {QueryError} When it begins like an attribute and goes no further.
   */
  findField(token: Token): Field | undefined {
    const name = token.value;
    const known = findIntrinsic(name) ?? this.#fields.get(name);
    if (known !== undefined) return known;
    const attribute = splitAttributeName(name);
    if (attribute === undefined) return undefined;
    if (attribute.key === "") {
      throw this.error("The attribute has no name", token, `one after the dot: ${name}key`);
    }
    const field = attributeField(attribute.scope, attribute.key);
    this.#fields.set(name, field);
    return field;
  }

  /** @throws {QueryError} When the regular expressions so far are too large with this one. */
  addPattern({ size }: Pattern, token: Token): void {
    this.#patternSize += size;
    if (this.#patternSize <= MAX_PATTERN_SIZE) return;
    throw this.error(
      "The regular expressions are too large",
      token,
      `at most ${MAX_PATTERN_SIZE} steps of all in a query (whole values are better compared with =)`,
    );
  }

  /** The error for a token that cannot stand where it does. */
  unexpected(token: Token, expected: string): QueryError {
    switch (token.type) {
      case "bad":
        return token.value === "&"
          ? this.error('Unexpected "&"', token, '"&&"')
          : this.error(`The quote ${token.value} is not closed`, token, `another ${token.value}`);
      case "end":
        return this.error("The query ends too early", token, expected);
      default: {
        const text = this.query.slice(token.start, token.end);
        // A string brings its own quotes.
        const shown = token.type === "string" ? text.slice(0, 40) : quote(text);
        return this.error(`Unexpected ${shown}`, token, expected);
      }
    }
  }

  /** The error for something else that is wrong with a token. */
  error(problem: string, token: Token, expected: string): QueryError {
    // Blanks at the end are not worth pointing behind.
    const offset = token.type === "end" ? this.query.trimEnd().length : token.start;
    return new QueryError(problem, { query: this.query, offset, expected });
  }
}

const COMPARATORS: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">=", "=~", "!~"]);
const MAX_QUERY_LENGTH = 500_000;
/** A step is about a character of the expressions; what a text costs grows with them. */
const MAX_PATTERN_SIZE = 5_000;

/** Text as messages quote it, cut when long. */
export function quote(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}

/** `a, b or c`. */
export function listOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}
