import type { AttributeValue } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";

/** A span for the clipboard: its name, then a line for each attribute. */
export function spanAsText(span: Span): string {
  const lines = [span.name];
  for (const key in span.attributes) lines.push(`${key}: ${valueAsText(span.attributes[key])}`);
  return lines.join("\n");
}

function valueAsText(value: AttributeValue): string {
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_key, each) => {
    if (typeof each === "bigint") return each.toString();
    return each instanceof Uint8Array ? Array.from(each) : each;
  });
}
