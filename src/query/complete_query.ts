import {
  ATTRIBUTE_SCOPES,
  attributeField,
  type Field,
  findIntrinsic,
  INTRINSIC_FIELDS,
  INTRINSIC_NAMES,
  KIND_NAMES,
  splitAttributeName,
  STATUS_WORDS,
} from "./_field.ts";
import { isPlainWord, lexQuery, type Token } from "./_lex_query.ts";
import { operatorWord, RELATION_TEXTS } from "./_operators.ts";
import { AGGREGATES } from "./_read_aggregate.ts";
import { comparatorsOf } from "./_read_literal.ts";
import type { NamedScope, QueryNames } from "./query_names.ts";

/** Something that may stand where the cursor is. */
export interface QueryCompletion {
  /** What to write. */
  readonly text: string;
  /** Where what it replaces begins and ends in the query, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly type: "field" | "attribute" | "value" | "operator" | "aggregate";
}

/**
 * Completes a query at a cursor: fields and attributes where a condition may begin, operators after a
 * field or a condition, values after an operator. Names and values come from the data, the most frequent
 * first; what needs quotes gets them. The query need not be one yet.
 *
 * @param text The query so far.
 * @param cursor Where the cursor is, in UTF-16 units.
 * @param names What the spans have.
 * @param options How many to offer at most. @default 50
 * @example
 * ```ts
 * import { completeQuery } from "./complete_query.ts";
 * import { QueryNames } from "./query_names.ts";
 *
 * const [first] = completeQuery("error && dur", 12, new QueryNames());
 * if (first.text !== "duration" || first.from !== 9 || first.to !== 12) throw new Error("wrong");
 * ```
 */
export function completeQuery(
  text: string,
  cursor: number,
  names: QueryNames,
  { limit = 50 }: { limit?: number } = {},
): QueryCompletion[] {
  const place = findPlace(text, cursor);
  const { from, to } = place;
  return offersAt(place, names).slice(0, limit).map((offer) => ({ ...offer, from, to }));
}

type Offer = Pick<QueryCompletion, "text" | "type">;

/** What stands at the cursor. */
interface Place {
  /** What is being typed, without a quote that began it. */
  readonly typed: string;
  /** The quote that was typed, if any. */
  readonly quote: string;
  readonly from: number;
  readonly to: number;
  /** The tokens before that. */
  readonly before: readonly Token[];
}

/** An attribute whose name is being typed in quotes. */
const QUOTED_NAME =
  /(?<![^\s{}()|&=!<>~,])((?:span|resource|event|link|instrumentation)?\.)"([^"]*)$/;

function findPlace(text: string, cursor: number): Place {
  const typedText = text.slice(0, cursor);
  const before = lexQuery(typedText).slice(0, -1);
  // What is replaced goes on behind the cursor as far as the word or the string does.
  const endOf = (from: number): number =>
    Math.max(
      cursor,
      lexQuery(text).find(({ start, type }) => start === from && type !== "bad")?.end ?? cursor,
    );
  const last: Token | undefined = before[before.length - 1];
  const quoted = QUOTED_NAME.exec(typedText);
  if (quoted !== null) {
    const from = quoted.index;
    const earlier = before.filter(({ end }) => end <= from);
    return { typed: quoted[1] + quoted[2], quote: "", from, to: endOf(from), before: earlier };
  }
  const isString = last?.type === "bad" && last.value !== "&";
  if (last === undefined || !isString && (last.type !== "word" || last.end < cursor)) {
    return { typed: "", quote: "", from: cursor, to: cursor, before };
  }
  const from = last.start;
  return {
    typed: isString ? typedText.slice(from + 1) : last.value,
    quote: isString ? last.value : "",
    from,
    to: endOf(from),
    before: before.slice(0, -1),
  };
}

function offersAt(place: Place, names: QueryNames): Offer[] {
  const { before, typed } = place;
  const last: Token | undefined = before[before.length - 1];
  const previous: Token | undefined = before[before.length - 2];
  const isInBraces = before.findLastIndex(({ type }) => type === "{") >
    before.findLastIndex(({ type }) => type === "}");
  const compared = previous?.type === "word" ? findField(previous.value) : undefined;
  if (compared !== undefined && comparatorsOf(compared).some((each) => each === last?.type)) {
    return last?.type.includes("~") ? [] : valueOffers(compared, place, names);
  }
  if (last?.type === "|") return [...aggregateOffers(typed), { text: "{ ", type: "operator" }];
  if (last?.type === "(" && AGGREGATES.some((name) => name === previous?.value)) {
    return operandOffers(typed, names).filter(({ text }) =>
      ["any", "duration", "number"].includes(findField(text)?.type ?? "any")
    );
  }
  if (last === undefined || !endsOperand(last)) {
    const isFirst = last === undefined || last.type === "(" && !isInBraces;
    return [
      ...(place.quote === "" ? operandOffers(typed, names) : []),
      ...(isFirst && place.quote === "" ? aggregateOffers(typed, true) : []),
    ];
  }
  const field = last.type === "word" ? findField(last.value) : undefined;
  const isAlone = field === undefined || field.type === "boolean" || field.type === "any";
  if (typed !== "" || place.quote !== "") {
    // A condition may follow another without an operator.
    return last.type === "}" || !isAlone || place.quote !== "" ? [] : operandOffers(typed, names);
  }
  const comparators = field === undefined || isValue(before) ? [] : comparatorsOf(field);
  const joins = !isAlone && !isValue(before) ? [] : joinOperators(isInBraces, last.type === "}");
  return [...comparators, ...joins].map((text) => ({ text, type: "operator" }));
}

/** Whether a token can be the last one of a condition or a set of spans. */
function endsOperand(token: Token): boolean {
  switch (token.type) {
    case "word":
      return operatorWord(token.value) === undefined;
    case "string":
    case ")":
    case "}":
      return true;
    default:
      return false;
  }
}

/** Whether the last token is what a field is compared with. */
function isValue(before: readonly Token[]): boolean {
  return /^(?:[<>!]?=|[=!]~|[<>])$/.test(before[before.length - 2]?.type ?? "");
}

function joinOperators(isInBraces: boolean, isAfterBrace: boolean): string[] {
  if (isInBraces) return ["&&", "||", "}"];
  return ["&&", "||", "|", ...(isAfterBrace ? RELATION_TEXTS : [])];
}

function findField(name: string): Field | undefined {
  const attribute = splitAttributeName(name);
  return findIntrinsic(name) ?? (attribute && attributeField(attribute.scope, attribute.key));
}

function aggregateOffers(typed: string, onlyTyped = false): Offer[] {
  if (onlyTyped && typed === "") return [];
  return AGGREGATES.filter((name) => name.startsWith(typed)).map((name) => ({
    text: name === "count" ? "count()" : `${name}(`,
    type: "aggregate",
  }));
}

function operandOffers(typed: string, names: QueryNames): Offer[] {
  const attribute = splitAttributeName(typed);
  if (attribute !== undefined) {
    const { scope, key } = attribute;
    return rank(attributeKeys(names, scope), key).map((each) => attributeOffer(scope ?? "", each));
  }
  // Other names of the same fields, and scopes, only for those who begin to type them.
  const fields = typed === "" ? INTRINSIC_FIELDS.map(({ name }) => name) : INTRINSIC_NAMES;
  const scopes = typed === "" ? [] : ATTRIBUTE_SCOPES.map((scope) => `${scope}.`);
  const small = typed.toLowerCase();
  const startsTyped = (name: string): boolean => name.toLowerCase().startsWith(small);
  return [
    ...fields.filter(startsTyped).map((text): Offer => ({ text, type: "field" })),
    ...scopes.filter(startsTyped).map((text): Offer => ({ text, type: "attribute" })),
    ...rank(attributeKeys(names, undefined), typed).map((key) => attributeOffer("", key)),
  ];
}

function attributeKeys(names: QueryNames, scope: string | undefined): string[] {
  switch (scope) {
    case undefined:
      return [...new Set([...names.attributeNames("span"), ...names.attributeNames("resource")])];
    case "span":
    case "resource":
    case "event":
      return names.attributeNames(scope satisfies NamedScope);
    default:
      return [];
  }
}

function attributeOffer(scope: string, key: string): Offer {
  return { text: `${scope}.${isPlainWord(key) ? key : quoteText(key, '"')}`, type: "attribute" };
}

function valueOffers(field: Field, place: Place, names: QueryNames): Offer[] {
  const texts = field.type === "status"
    ? STATUS_WORDS
    : field.type === "boolean"
    ? ["true", "false"]
    : field.type === "kind"
    ? [...new Set([...names.valuesOf("kind"), ...KIND_NAMES])]
    : names.valuesOf(field.name);
  const offers = rank(texts, place.typed).map((text): Offer => ({
    text: place.quote === "" && isPlainValue(text) ? text : quoteText(text, place.quote || '"'),
    type: "value",
  }));
  const mayBeNil = field.type === "any" && place.quote === "" && "nil".startsWith(place.typed);
  return mayBeNil ? [...offers, { text: "nil", type: "value" }] : offers;
}

/** Those that contain what is typed, whatever the case; those that begin with it first. */
function rank(texts: readonly string[], typed: string): string[] {
  const small = typed.toLowerCase();
  const found = texts.filter((text) => text.toLowerCase().includes(small));
  const starts = found.filter((text) => text.toLowerCase().startsWith(small));
  return [...starts, ...found.filter((text) => !text.toLowerCase().startsWith(small))];
}

/** Whether a value needs no quotes to be read as itself. */
function isPlainValue(text: string): boolean {
  return isPlainWord(text) && text !== "nil" && !text.includes(":") &&
    splitAttributeName(text) === undefined;
}

function quoteText(text: string, quote: string): string {
  if (quote === "`") return text.includes("`") ? quoteText(text, '"') : `\`${text}\``;
  return quote +
    text.replace(/[\\"']/g, (each) => each === "\\" || each === quote ? `\\${each}` : each) +
    quote;
}
