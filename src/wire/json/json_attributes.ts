import { type AttributeValue, createAttributes } from "../../model/attributes.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import type { JsonRecord } from "./parse_json_body.ts";

/**
 * Makes attributes of a JSON object that nobody promised a shape of: whole numbers become integers,
 * `null` is left out, but in a list, where it has a place, it becomes the text `null`.
 *
 * @throws {RejectedSpanError} When more than 100 lists and objects lie in each other.
 */
export function jsonAttributes(record: JsonRecord, depth = 0): Record<string, AttributeValue> {
  // Recursion with an end.
  if (depth > MAX_DEPTH) {
    throw new RejectedSpanError("too_deep", `A value has more than ${MAX_DEPTH} levels`);
  }
  const attributes = createAttributes();
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (value !== null && value !== undefined) attributes[key] = jsonAttribute(value, depth);
  }
  return attributes;
}

const MAX_DEPTH = 100;

function jsonAttribute(value: unknown, depth: number): AttributeValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object") return value as string | boolean;
  if (value === null) return "null";
  if (!Array.isArray(value)) return jsonAttributes(value as JsonRecord, depth + 1);
  if (depth >= MAX_DEPTH) {
    throw new RejectedSpanError("too_deep", `A value has more than ${MAX_DEPTH} levels`);
  }
  return value.map((item) => jsonAttribute(item, depth + 1));
}
