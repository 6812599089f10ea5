import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { toBase64 } from "../wire/base64.ts";

/** A value that `JSON.stringify` writes as it is. */
export type PlainValue =
  | string
  | number
  | boolean
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

// Lists in lists go through recursion, so their depth has to have an end.
const MAX_DEPTH = 64;

/**
 * A value for a format whose numbers are doubles: integers beyond 2^53 become decimal strings, what
 * is no finite number its name, bytes base64, and what lies deeper than 64 levels a remark.
 */
export function plainValue(value: AttributeValue, depth = 0): PlainValue {
  switch (typeof value) {
    case "string":
      return value.toWellFormed();
    case "boolean":
      return value;
    case "bigint":
      return isSafe(value) ? Number(value) : String(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
  }
  if (value instanceof Uint8Array) return toBase64(value);
  if (depth >= MAX_DEPTH) return "(nested too deep)";
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  return plainAttributes(value as Attributes, depth + 1);
}

/** Attributes as an object without a prototype, see {@linkcode plainValue}. */
export function plainAttributes(
  attributes: Attributes,
  depth = 0,
): { readonly [key: string]: PlainValue } {
  const plain: Record<string, PlainValue> = Object.create(null);
  for (const key in attributes) plain[key.toWellFormed()] = plainValue(attributes[key], depth);
  return plain;
}

/** Whether {@linkcode plainAttributes} writes one of the values as another type than it has. */
export function hasChangedType(attributes: Attributes): boolean {
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === "bigint" && !isSafe(value)) return true;
    // A double without a fraction reads as an integer.
    if (typeof value === "number" && (Number.isInteger(value) || !Number.isFinite(value))) {
      return true;
    }
    if (value instanceof Uint8Array) return true;
  }
  return false;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
