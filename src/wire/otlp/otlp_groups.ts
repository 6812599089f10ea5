import type { Attributes } from "../../model/attributes.ts";
import type { InstrumentationScope, Span } from "../../model/span.ts";
import type { Losses } from "../losses.ts";
import { type OtlpForm, otlpResource, type OtlpSpan, otlpSpan } from "./otlp_span.ts";
import { otlpAttributes, type OtlpKeyValue } from "./otlp_value.ts";

/** A `ResourceSpans` of OTLP in protobuf's JSON form. */
export interface OtlpResourceSpans {
  readonly resource: OtlpResource;
  readonly scopeSpans: readonly OtlpScopeSpans[];
  readonly schemaUrl?: string;
}

/** A `Resource` of OTLP. */
export interface OtlpResource {
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
}

/** A `ScopeSpans` of OTLP. */
export interface OtlpScopeSpans {
  readonly scope: OtlpScope;
  readonly spans: readonly OtlpSpan[];
  readonly schemaUrl?: string;
}

/** An `InstrumentationScope` of OTLP. */
export interface OtlpScope {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly OtlpKeyValue[];
  readonly droppedAttributesCount?: number;
}

/** Gathers spans as a request of OTLP's trace service holds them: those of equal resource and scope together. */
export class OtlpGroups {
  /** Spans since the last `take`. */
  spanCount = 0;
  readonly #losses: Losses;
  readonly #form: OtlpForm;
  /** By the resource as JSON: equal text is an equal resource. */
  readonly #groups = new Map<string, Group>();
  /** Spans mostly have the resource and the scope of the one before: comparing is faster than writing. */
  #last: { readonly span: Span; readonly group: Group; readonly scope: ScopeGroup } | undefined;

  /** @param losses Counts what OTLP cannot hold. */
  constructor(losses: Losses = { dropped: {}, changed: {} }, form: OtlpForm = {}) {
    this.#losses = losses;
    this.#form = form;
  }

  /** Adds a span. */
  add(span: Span): void {
    const last = this.#last;
    const isSame = last !== undefined && hasSameResource(last.span, span);
    const group = isSame ? last.group : this.#groupOf(span);
    const scope = isSame && isSameScope(last.span.scope, span.scope)
      ? last.scope
      : scopeGroupOf(group, span.scope);
    scope.spans.push(otlpSpan(span, this.#losses, this.#form));
    this.#last = { span, group, scope };
    this.spanCount++;
  }

  /** What was added, in the order of each group's first span; begins anew. */
  take(): OtlpResourceSpans[] {
    const taken = Array.from(this.#groups.values(), ({ resource, scopes, schemaUrl }) => ({
      resource,
      scopeSpans: [...scopes.values()],
      schemaUrl,
    }));
    this.#groups.clear();
    this.#last = undefined;
    this.spanCount = 0;
    return taken;
  }

  #groupOf(span: Span): Group {
    const resource = {
      attributes: otlpAttributes(otlpResource(span) ?? {}),
      droppedAttributesCount: span.resourceDroppedAttributesCount,
    };
    const schemaUrl = span.resourceSchemaUrl?.toWellFormed();
    const key = JSON.stringify([resource, schemaUrl]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, group = { resource, scopes: new Map(), schemaUrl });
    }
    return group;
  }
}

interface Group {
  readonly resource: OtlpResource;
  /** By the scope as JSON. */
  readonly scopes: Map<string, ScopeGroup>;
  readonly schemaUrl: string | undefined;
}

type ScopeGroup = OtlpScopeSpans & { readonly spans: OtlpSpan[] };

function scopeGroupOf(group: Group, given: InstrumentationScope | undefined): ScopeGroup {
  const scope = {
    name: given?.name.toWellFormed(),
    version: given?.version?.toWellFormed(),
    attributes: given?.attributes && otlpAttributes(given.attributes),
    droppedAttributesCount: given?.droppedAttributesCount,
  };
  const schemaUrl = given?.schemaUrl?.toWellFormed();
  const key = JSON.stringify([scope, schemaUrl]);
  let scopeGroup = group.scopes.get(key);
  if (scopeGroup === undefined) {
    group.scopes.set(key, scopeGroup = { scope, spans: [], schemaUrl });
  }
  return scopeGroup;
}

function hasSameResource(a: Span, b: Span): boolean {
  return a.service === b.service &&
    a.resourceDroppedAttributesCount === b.resourceDroppedAttributesCount &&
    a.resourceSchemaUrl === b.resourceSchemaUrl && haveSameItems(a.resource, b.resource);
}

function isSameScope(
  a: InstrumentationScope | undefined,
  b: InstrumentationScope | undefined,
): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.name === b.name && a.version === b.version &&
    a.droppedAttributesCount === b.droppedAttributesCount && a.schemaUrl === b.schemaUrl &&
    haveSameItems(a.attributes, b.attributes);
}

/** Whether attributes are the same at a glance; lists and maps only when they are the same objects. */
function haveSameItems(a: Attributes | undefined, b: Attributes | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]));
}
