import type { Span } from "../../model/span.ts";
import { type Losses, otlpResource, type OtlpSpan, otlpSpan } from "./otlp_span.ts";
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
  /** By the resource as JSON: equal text is an equal resource. */
  readonly #groups = new Map<string, Group>();
  /** Spans mostly share the object of their resource with the one before. */
  #last: { readonly span: Span; readonly group: Group } | undefined;

  /** @param losses Counts what OTLP cannot hold. */
  constructor(losses: Losses = { dropped: {}, changed: {} }) {
    this.#losses = losses;
  }

  /** Adds a span. */
  add(span: Span): void {
    const group = this.#groupOf(span);
    const { name, version, attributes, droppedAttributesCount } = span.scope ?? {};
    const scope = {
      name: name?.toWellFormed(),
      version: version?.toWellFormed(),
      attributes: attributes && otlpAttributes(attributes),
      droppedAttributesCount,
    };
    const schemaUrl = span.scope?.schemaUrl?.toWellFormed();
    const key = JSON.stringify([scope, schemaUrl]);
    let scopeSpans = group.scopes.get(key);
    if (scopeSpans === undefined) {
      group.scopes.set(key, scopeSpans = { scope, spans: [], schemaUrl });
    }
    scopeSpans.spans.push(otlpSpan(span, this.#losses));
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
    const last = this.#last;
    if (
      last !== undefined && last.span.resource === span.resource &&
      last.span.service === span.service &&
      last.span.resourceDroppedAttributesCount === span.resourceDroppedAttributesCount &&
      last.span.resourceSchemaUrl === span.resourceSchemaUrl
    ) return last.group;
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
    this.#last = { span, group };
    return group;
  }
}

interface Group {
  readonly resource: OtlpResource;
  readonly scopes: Map<string, OtlpScopeSpans & { readonly spans: OtlpSpan[] }>;
  readonly schemaUrl: string | undefined;
}
