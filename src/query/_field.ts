import { spanService } from "../model/span_service.ts";
import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { durationNano, isErrorSpan, type Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";

/** What may be compared with a field: `any` is an attribute, whose values have any type. */
export type FieldType =
  | "any"
  | "text"
  | "id"
  | "duration"
  | "number"
  | "boolean"
  | "status"
  | "kind";

/** Something of a span that a query can name. */
export interface Field {
  /** As a query writes it, without quotes. */
  readonly name: string;
  readonly type: FieldType;
  /** Whether the span alone says it; the others need its place in the trace. */
  readonly isSpanwise: boolean;
  /** How dear it is to read, in steps: spans may decode their attributes only when asked for them. */
  readonly cost: number;
  /** `undefined` when the span has no such thing; a list when it may have several. */
  read(span: Span, trace: Trace, index: number): AttributeValue | undefined;
}

/** Where attributes are: in TraceQL's words, without the dot. */
export type AttributeScope = typeof ATTRIBUTE_SCOPES[number];
export const ATTRIBUTE_SCOPES = [
  "span",
  "resource",
  "event",
  "link",
  "instrumentation",
] as const;

/** Words for what a status can be. */
export const STATUS_WORDS = ["ok", "error", "unset"] as const;
/** Words for what a kind can be. */
export const KIND_NAMES = [
  ...["function", "http", "sql"],
  ...["internal", "server", "client", "producer", "consumer"],
] as const;

function spanField(
  name: string,
  type: FieldType,
  cost: number,
  read: (span: Span) => AttributeValue | undefined,
): Field {
  return { name, type, isSpanwise: true, cost, read };
}

function traceField(
  name: string,
  type: FieldType,
  read: (span: Span, trace: Trace, index: number) => AttributeValue | undefined,
): Field {
  return { name, type, isSpanwise: false, cost: 2, read };
}

const EVENT_COST = 8;

/** The fields that are no attributes, the most used first. */
export const INTRINSIC_FIELDS: readonly Field[] = [
  spanField("name", "text", 1, (span) => span.name),
  spanField("duration", "duration", 2, durationNano),
  spanField("status", "status", 5, readStatus),
  spanField("service", "text", 4, spanService),
  spanField("kind", "kind", 1, (span) => String(span.kind)),
  spanField("error", "boolean", 5, isErrorSpan),
  spanField("running", "boolean", 1, (span) => span.state === "running"),
  spanField("unfinished", "boolean", 1, (span) => span.state === "unfinished"),
  spanField("root", "boolean", 1, isRoot),
  traceField("orphan", "boolean", (_span, trace, index) => trace.nodes[index].isOrphan),
  spanField("statusMessage", "text", 2, (span) => span.status?.message),
  spanField("traceID", "id", 1, (span) => span.traceId),
  spanField("spanID", "id", 1, (span) => span.spanId),
  spanField("parentID", "id", 1, (span) => span.parentId),
  traceField("traceDuration", "duration", (_span, trace) => trace.durationNano),
  traceField("rootName", "text", (_span, trace) => trace.rootSpan.name),
  traceField("rootServiceName", "text", (_span, trace) => spanService(trace.rootSpan)),
  traceField("span:childCount", "number", countChildren),
  spanField("event:name", "text", EVENT_COST, (span) => readEach(span.events, ({ name }) => name)),
  spanField(
    "event:timeSinceStart",
    "duration",
    EVENT_COST,
    (span) => readEach(span.events, (event) => event.timeUnixNano - span.startTimeUnixNano),
  ),
  spanField(
    "link:traceID",
    "id",
    EVENT_COST,
    (span) => readEach(span.links, (link) => link.traceId),
  ),
  spanField("link:spanID", "id", EVENT_COST, (span) => readEach(span.links, (link) => link.spanId)),
  spanField("instrumentation:name", "text", 4, (span) => span.scope?.name),
  spanField("instrumentation:version", "text", 4, (span) => span.scope?.version),
];

/** TraceQL's other names of the same fields. */
const SCOPED_NAMES: Readonly<Record<string, string>> = {
  "span:name": "name",
  "span:duration": "duration",
  "span:status": "status",
  "span:statusMessage": "statusMessage",
  "span:kind": "kind",
  "span:id": "spanID",
  "span:parentID": "parentID",
  "trace:id": "traceID",
  "trace:duration": "traceDuration",
  "trace:rootName": "rootName",
  "trace:rootService": "rootServiceName",
};

const INTRINSICS: ReadonlyMap<string, Field> = new Map([
  ...INTRINSIC_FIELDS.map((field) => [field.name, field] as const),
  ...Object.entries(SCOPED_NAMES).map(([scoped, name]) =>
    [scoped, INTRINSIC_FIELDS.find((field) => field.name === name) as Field] as const
  ),
]);

/** All names of fields that are no attributes. */
export const INTRINSIC_NAMES: readonly string[] = [...INTRINSICS.keys()];

/** The field of a name that is no attribute's. */
export function findIntrinsic(name: string): Field | undefined {
  return INTRINSICS.get(name);
}

/** An attribute's place and key, of `.key` or `span.key`; `undefined` when the word names no attribute. */
export function splitAttributeName(
  word: string,
): { readonly scope: AttributeScope | undefined; readonly key: string } | undefined {
  const dot = word.indexOf(".");
  if (dot < 0) return undefined;
  const scope = word.slice(0, dot);
  if (scope !== "" && !(ATTRIBUTE_SCOPES as readonly string[]).includes(scope)) return undefined;
  const key = word.slice(dot + 1);
  return { scope: scope === "" ? undefined : scope as AttributeScope, key };
}

/** The field of an attribute: without a scope, the span's, else the resource's. */
export function attributeField(scope: AttributeScope | undefined, key: string): Field {
  const name = `${scope ?? ""}.${key}`;
  const get = attributeGetter(key);
  // Tools name a service by its resource; SSF has a place of its own for it.
  const isService = key === "service.name";
  switch (scope) {
    case undefined:
      return spanField(
        name,
        "any",
        6,
        (span) =>
          get(span.attributes) ?? (span.resource && get(span.resource)) ??
            (isService ? spanService(span) : undefined),
      );
    case "span":
      return spanField(name, "any", 6, (span) => get(span.attributes));
    case "resource":
      return spanField(
        name,
        "any",
        6,
        (span) =>
          (span.resource && get(span.resource)) ?? (isService ? spanService(span) : undefined),
      );
    case "event":
      return spanField(
        name,
        "any",
        EVENT_COST,
        (span) => readEach(span.events, ({ attributes }) => get(attributes)),
      );
    case "link":
      return spanField(
        name,
        "any",
        EVENT_COST,
        (span) => readEach(span.links, ({ attributes }) => get(attributes)),
      );
    case "instrumentation":
      return spanField(
        name,
        "any",
        6,
        (span) => span.scope?.attributes && get(span.scope.attributes),
      );
  }
}

/** Reads one attribute; never what an object inherits. */
function attributeGetter(key: string): (attributes: Attributes) => AttributeValue | undefined {
  return key in Object.prototype
    ? (attributes) => Object.hasOwn(attributes, key) ? attributes[key] : undefined
    : (attributes) => attributes[key];
}

/** How the span ended, by the sign that its protocol has for it. */
function readStatus(span: Span): string {
  return isErrorSpan(span) ? "error" : span.status?.code ?? "unset";
}

function isRoot(span: Span): boolean {
  return span.parentId === undefined || span.parentId === span.spanId;
}

function countChildren(_span: Span, { nodes }: Trace, index: number): number {
  const end = index + nodes[index].subtreeSize;
  let count = 0;
  for (let child = index + 1; child < end; child += nodes[child].subtreeSize) count++;
  return count;
}

/** What each of several things says: one value, a list, or nothing. */
function readEach<T>(
  things: readonly T[] | undefined,
  read: (thing: T) => AttributeValue | undefined,
): AttributeValue | undefined {
  if (things === undefined || things.length === 0) return undefined;
  if (things.length === 1) return read(things[0]);
  const values: AttributeValue[] = [];
  for (const thing of things) {
    const value = read(thing);
    if (value !== undefined) values.push(value);
  }
  return values.length === 0 ? undefined : values;
}
