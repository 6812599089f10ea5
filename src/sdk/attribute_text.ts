import type { SpanAttributeValue } from "./tracer_span.ts";

/** The text of an attribute's value, for protocols that know nothing else. Never throws. */
export function attributeText(value: SpanAttributeValue): string {
  if (typeof value === "string") return value;
  try {
    return String(value);
  } catch {
    // Only a caller without types gets here, with an object that has no text.
    return "";
  }
}
