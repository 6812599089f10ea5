import type { AttributeValue } from "../../model/attributes.ts";
import { encodeValue } from "./_attribute_json.ts";

/**
 * An attribute as text, for protocols whose attributes are all text: strings, numbers and flags as
 * they are, lists, maps and bytes as span lines hold them.
 */
export function formatAttributeValue(value: AttributeValue): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  return encodeValue(value);
}
