import type { SpanKind } from "../../model/span_kind.ts";
import { errorMessage } from "../error_message.ts";
import type { SpanAttributes, SpanAttributeValue } from "../tracer_span.ts";

/** A tag or a field of a log as an attribute: errors become their message, other objects JSON. */
export function convertTag(value: unknown): SpanAttributeValue | undefined {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return value;
    case "undefined":
      return undefined;
    case "object":
      if (value === null) return undefined;
      if (value instanceof Error) return errorMessage(value);
      try {
        return JSON.stringify(value) ?? errorMessage(value);
      } catch {
        // A cycle, or a bigint within.
        return errorMessage(value);
      }
    default:
      return errorMessage(value);
  }
}

/** The same for several. */
export function convertTags(tags: { readonly [key: string]: unknown } | undefined): SpanAttributes {
  const attributes: { [key: string]: SpanAttributeValue | undefined } = Object.create(null);
  for (const key of Object.keys(tags ?? {})) attributes[key] = convertTag(tags?.[key]);
  return attributes;
}

/** What a span stands for by its tag `span.kind`. */
export function kindOfTags(tags: { readonly [key: string]: unknown } | undefined): SpanKind {
  const kind = tags?.["span.kind"];
  return kind === "client" || kind === "server" || kind === "producer" || kind === "consumer"
    ? kind
    : "function";
}

/** Nanoseconds since the Unix epoch, of milliseconds; `undefined` for what is no time. */
export function convertTime(ms: number | undefined): bigint | undefined {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return undefined;
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}
