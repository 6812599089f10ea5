import type { Span } from "./span.ts";

/**
 * A copy of a span with some fields changed; a field given as `undefined` is absent in the copy. Spreading
 * a span does not do: a span that was read from a file decodes some of its fields when they are asked for.
 *
 * @example
 * ```ts
 * import { changeSpan } from "./change_span.ts";
 * import type { Span } from "./span.ts";
 *
 * const span: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "load",
 *   kind: "function",
 *   startTimeUnixNano: 1n,
 *   state: "running",
 *   attributes: {},
 * };
 * const abandoned = changeSpan(span, { state: "unfinished" });
 * if (abandoned.name !== "load" || abandoned.state !== "unfinished") throw new Error("wrong");
 * ```
 */
export function changeSpan(span: Span, changes: Partial<Span>): Span {
  const changed: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const value = field in changes ? changes[field] : span[field];
    if (value !== undefined) changed[field] = value;
  }
  return changed as unknown as Span;
}

/** As an object, so that the compiler tells when one is missing. */
const FIELDS = Object.keys(
  {
    traceId: true,
    spanId: true,
    parentId: true,
    name: true,
    kind: true,
    startTimeUnixNano: true,
    endTimeUnixNano: true,
    startOffsetMinutes: true,
    endOffsetMinutes: true,
    state: true,
    attributes: true,
    events: true,
    links: true,
    status: true,
    traceState: true,
    flags: true,
    droppedAttributesCount: true,
    droppedEventsCount: true,
    droppedLinksCount: true,
    resource: true,
    resourceDroppedAttributesCount: true,
    resourceSchemaUrl: true,
    scope: true,
    service: true,
    indicator: true,
    error: true,
    samples: true,
  } satisfies Record<keyof Span, true>,
) as (keyof Span)[];
