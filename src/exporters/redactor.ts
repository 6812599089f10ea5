import { createHmac, randomBytes } from "node:crypto";
import { type Attributes, type AttributeValue, createAttributes } from "../model/attributes.ts";
import { changeSpan } from "../model/change_span.ts";
import type { MetricSample, Span } from "../model/span.ts";
import { formatAttributeValue } from "../wire/span_line/format_attribute_value.ts";

/** What is to become of attributes of some names. */
export interface RedactRule {
  /** As it was written: `remove:http.request.header.*`. */
  readonly text: string;
  readonly action: "remove" | "hash";
  /** What names it is for. */
  readonly pattern: RegExp;
}

/**
 * Reads a rule: `remove:NAME` or `hash:NAME`. In the name `*` stands for any characters, dots included; upper
 * and lower case are the same.
 *
 * @throws {SyntaxError} When it is no such rule.
 * @example
 * ```ts
 * import { parseRedactRule } from "./redactor.ts";
 *
 * const { action, pattern } = parseRedactRule("hash:*.email");
 * if (action !== "hash" || !pattern.test("user.Email")) throw new Error("wrong");
 * ```
 */
export function parseRedactRule(text: string): RedactRule {
  const at = text.indexOf(":");
  const action = text.slice(0, at);
  const name = text.slice(at + 1);
  if (at < 0 || action !== "remove" && action !== "hash" || name === "") {
    throw new SyntaxError(
      `Cannot read rule "${text}": write remove:NAME or hash:NAME, such as hash:user.*`,
    );
  }
  const source = name.replace(SPECIAL, "\\$&").replaceAll("*", ".*");
  return { text, action, pattern: new RegExp(`^${source}$`, "isu") };
}

/** Characters that mean something in an expression, but the star. */
const SPECIAL = /[\\^$.+?()[\]{}|/]/g;

/** Options of {@linkcode Redactor}. */
export interface RedactorOptions {
  /**
   * Goes into the hashes, so that nobody finds a value by hashing guesses; equal values have equal hashes
   * where the salt is the same. @default a random one
   */
  readonly salt?: string;
}

/**
 * Removes or hashes values of attributes: of spans, events, links, scopes and resources, and the tags of
 * samples. The first rule that a name fits is applied. A value inside a map is named by the
 * path to it, with dots between: `remove:user.email` is for `{"user": {"email": …}}`, too.
 *
 * @example
 * ```ts
 * import type { Span } from "../model/span.ts";
 * import { parseRedactRule, Redactor } from "./redactor.ts";
 *
 * const span: Span = {
 *   traceId: "t1",
 *   spanId: "s1",
 *   name: "login",
 *   kind: "function",
 *   startTimeUnixNano: 0n,
 *   state: "unfinished",
 *   attributes: { "user.id": "4711", password: "x" },
 * };
 * const redactor = new Redactor([parseRedactRule("hash:user.id"), parseRedactRule("remove:pass*")]);
 * const { attributes } = redactor.redact(span);
 * if (attributes["user.id"] === "4711" || "password" in attributes) throw new Error("told");
 * if (redactor.counts["remove:pass*"] !== 1) throw new Error("not counted");
 * ```
 */
export class Redactor {
  readonly #rules: readonly RedactRule[];
  readonly #salt: string;
  readonly #counts: Record<string, number> = Object.create(null);
  /** Names are few and come again and again. */
  readonly #ruleOfName = new Map<string, RedactRule | undefined>();

  /** Values come again, too, and a look costs less than a hash. */
  readonly #knownHashes = new Map<string, string>();

  constructor(rules: readonly RedactRule[], options: RedactorOptions = {}) {
    this.#rules = rules;
    this.#salt = options.salt ?? randomBytes(32).toString("hex");
    for (const { text } of rules) this.#counts[text] = 0;
  }

  /** How many values each rule was applied to, 0 included. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** The span as it may be told; the same object when no rule is for anything in it. */
  redact(span: Span): Span {
    const changes: { -readonly [K in keyof Span]?: Span[K] } = {};
    const attributes = this.#redactMap(span.attributes);
    if (attributes !== span.attributes) changes.attributes = attributes;
    if (span.resource !== undefined) {
      const resource = this.#redactMap(span.resource);
      if (resource !== span.resource) changes.resource = resource;
    }
    if (span.scope?.attributes !== undefined) {
      const scope = this.#redactHolder(span.scope);
      if (scope !== span.scope) changes.scope = scope;
    }
    const events = this.#redactList(span.events, (event) => this.#redactHolder(event));
    if (events !== span.events) changes.events = events;
    const links = this.#redactList(span.links, (link) => this.#redactHolder(link));
    if (links !== span.links) changes.links = links;
    const samples = this.#redactList(span.samples, (sample) => this.#redactSample(sample));
    if (samples !== span.samples) changes.samples = samples;
    return Object.keys(changes).length === 0 ? span : changeSpan(span, changes);
  }

  #redactHolder<T extends { readonly attributes?: Attributes }>(holder: T): T {
    const attributes = this.#redactMap(holder.attributes!);
    return attributes === holder.attributes ? holder : { ...holder, attributes };
  }

  #redactSample(sample: MetricSample): MetricSample {
    if (sample.tags === undefined) return sample;
    const tags = this.#redactMap(sample.tags);
    // Hashes of text are text.
    return tags === sample.tags ? sample : { ...sample, tags: tags as MetricSample["tags"] };
  }

  #redactList<T>(list: readonly T[] | undefined, redact: (item: T) => T): readonly T[] | undefined {
    if (list === undefined) return undefined;
    let isChanged = false;
    const redacted = list.map((item) => {
      const result = redact(item);
      isChanged ||= !Object.is(result, item);
      return result;
    });
    return isChanged ? redacted : list;
  }

  /** Maps in maps go through recursion, so their depth has an end; what lies deeper is not told. */
  #redactMap(map: Attributes, prefix = "", depth = 0): Attributes {
    let redacted: Record<string, AttributeValue> | undefined;
    for (const key in map) {
      const value = map[key];
      const result = this.#redactValue(value, prefix + key, depth);
      // What is not a number is the same as itself, too.
      if (Object.is(result, value)) continue;
      redacted ??= createAttributes(Object.entries(map));
      if (result === undefined) delete redacted[key];
      else redacted[key] = result;
    }
    return redacted ?? map;
  }

  #redactValue(value: AttributeValue, name: string, depth: number): AttributeValue | undefined {
    const rule = this.#ruleOf(name);
    if (rule !== undefined) {
      this.#counts[rule.text]++;
      return rule.action === "remove" ? undefined : this.#hash(value);
    }
    if (typeof value !== "object" || value instanceof Uint8Array) return value;
    if (depth >= MAX_DEPTH) return "(nested too deep)";
    if (!Array.isArray(value)) return this.#redactMap(value as Attributes, `${name}.`, depth + 1);
    return this.#redactList(
      value,
      (item) =>
        typeof item === "object" && !(item instanceof Uint8Array)
          ? this.#redactItem(item, name, depth + 1)
          : item,
    ) as AttributeValue;
  }

  /** What is in a list has the name of the list. */
  #redactItem(item: AttributeValue, name: string, depth: number): AttributeValue {
    if (depth >= MAX_DEPTH) return "(nested too deep)";
    if (!Array.isArray(item)) return this.#redactMap(item as Attributes, `${name}.`, depth + 1);
    return this.#redactValue(item, name, depth) as AttributeValue;
  }

  #ruleOf(name: string): RedactRule | undefined {
    if (this.#ruleOfName.has(name)) return this.#ruleOfName.get(name);
    const rule = this.#rules.find(({ pattern }) => pattern.test(name));
    if (this.#ruleOfName.size >= MAX_NAMES) this.#ruleOfName.clear();
    this.#ruleOfName.set(name, rule);
    return rule;
  }

  #hash(value: AttributeValue): string {
    const text = formatAttributeValue(value);
    const known = this.#knownHashes.get(text);
    if (known !== undefined) return known;
    const digest = createHmac("sha256", this.#salt).update(text).digest("hex");
    const hash = `hash:${digest.slice(0, 16)}`;
    if (text.length > MAX_KNOWN_LENGTH) return hash;
    if (this.#knownHashes.size >= MAX_KNOWN) this.#knownHashes.clear();
    this.#knownHashes.set(text, hash);
    return hash;
  }
}

const MAX_DEPTH = 64;
const MAX_NAMES = 10_000;
const MAX_KNOWN = 10_000;
const MAX_KNOWN_LENGTH = 256;
