import type { Attributes, AttributeValue } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";
import { findIntrinsic } from "./_field.ts";
import { FrequentTexts } from "./_frequent_texts.ts";

/** The bounds of {@linkcode QueryNames}. */
export interface QueryNamesOptions {
  /** Names of attributes that are kept, for each of span, resource and event. @default 1,000 */
  readonly maxNames?: number;
  /** Values that are kept of each name. @default 50 */
  readonly maxValues?: number;
  /** Longer values, in UTF-16 units, are not kept: nobody completes them. @default 100 */
  readonly maxValueLength?: number;
}

/** Whose attributes there are names of. */
export type NamedScope = "span" | "resource" | "event";

/**
 * What spans have that a query can name, in bounded memory: attributes and their frequent values,
 * services, names. `completeQuery` offers them. Reading all attributes of a span has its price; of many
 * spans a sample is enough.
 *
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import { QueryNames } from "./query_names.ts";
 *
 * const names = new QueryNames();
 * names.add({
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   state: "running",
 *   attributes: createAttributes([["status", "503"]]),
 * });
 * if (names.attributeNames("span")[0] !== "status") throw new Error("wrong");
 * if (names.valuesOf(".status")[0] !== "503") throw new Error("wrong");
 * ```
 */
export class QueryNames {
  readonly #maxNames: number;
  readonly #maxValues: number;
  readonly #maxValueLength: number;
  readonly #attributes: Readonly<Record<NamedScope, Map<string, NamedAttribute>>> = {
    span: new Map(),
    resource: new Map(),
    event: new Map(),
  };
  readonly #intrinsics = new Map<string, FrequentTexts>();
  #droppedNameCount = 0;
  #droppedValueCount = 0;

  constructor(options: QueryNamesOptions = {}) {
    this.#maxNames = options.maxNames ?? 1_000;
    this.#maxValues = options.maxValues ?? 50;
    this.#maxValueLength = options.maxValueLength ?? 100;
  }

  /** How many times an attribute was passed over because there were too many names. */
  get droppedNameCount(): number {
    return this.#droppedNameCount;
  }

  /** How many times a value was passed over because it was too long or there were too many. */
  get droppedValueCount(): number {
    return this.#droppedValueCount;
  }

  /** Takes in what a span has. */
  add(span: Span): void {
    for (const name of INTRINSICS_WITH_VALUES) {
      const value = readIntrinsic(name, span);
      if (value === undefined) continue;
      let texts = this.#intrinsics.get(name);
      if (texts === undefined) {
        this.#intrinsics.set(name, texts = new FrequentTexts(this.#maxValues));
      }
      this.#addValue(texts, value);
    }
    this.#addAttributes("span", span.attributes);
    if (span.resource !== undefined) this.#addAttributes("resource", span.resource);
    for (const event of span.events ?? []) this.#addAttributes("event", event.attributes);
  }

  /** The names of attributes, the most frequent first. */
  attributeNames(scope: NamedScope): string[] {
    return [...this.#attributes[scope]].sort((a, b) => b[1].count - a[1].count).map(([key]) => key);
  }

  /**
   * The values of a field, the most frequent first.
   *
   * @param field As a query writes it, without quotes: `name`, `service`, `span.key`, `.key`.
   */
  valuesOf(field: string): string[] {
    const name = findIntrinsic(field)?.name ?? field;
    const source = name === "rootName" ? "name" : name === "rootServiceName" ? "service" : name;
    const counts = new Map(this.#intrinsics.get(source)?.counts());
    const dot = field.indexOf(".");
    const key = field.slice(dot + 1);
    for (const scope of dot < 0 ? [] : dot === 0 ? ["span", "resource"] : [field.slice(0, dot)]) {
      const values = this.#attributes[scope as NamedScope]?.get(key)?.values.counts() ?? [];
      for (const [text, count] of values) counts.set(text, (counts.get(text) ?? 0) + count);
    }
    return [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text);
  }

  #addAttributes(scope: NamedScope, attributes: Attributes): void {
    const known = this.#attributes[scope];
    for (const key in attributes) {
      let named = known.get(key);
      if (named === undefined) {
        if (known.size >= this.#maxNames) {
          this.#droppedNameCount++;
          continue;
        }
        known.set(key, named = { count: 0, values: new FrequentTexts(this.#maxValues) });
      }
      named.count++;
      this.#addValue(named.values, attributes[key]);
    }
  }

  #addValue(texts: FrequentTexts, value: AttributeValue): void {
    if (typeof value !== "object") {
      const text = String(value);
      if (text.length > this.#maxValueLength || !texts.add(text)) this.#droppedValueCount++;
    } else if (Array.isArray(value)) {
      for (const each of value) if (typeof each !== "object") this.#addValue(texts, each);
    }
  }
}

interface NamedAttribute {
  count: number;
  readonly values: FrequentTexts;
}

/** Fields that are no attributes, and whose values come from the data. */
const INTRINSICS_WITH_VALUES = [
  ...["name", "service", "kind", "statusMessage", "event:name"],
  ...["instrumentation:name", "instrumentation:version"],
] as const;

function readIntrinsic(name: string, span: Span): AttributeValue | undefined {
  // None of these is a field of the trace.
  const read = findIntrinsic(name)?.read as
    | ((span: Span) => AttributeValue | undefined)
    | undefined;
  return read?.(span);
}
