/**
 * A value of an attribute. `bigint` is a 64-bit integer, `number` a double: the two are never mixed
 * up, so `1` (integer) and `1.0` (double) survive a round trip.
 */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/**
 * Attributes of a span, an event, a link, a resource or a scope. The object has no prototype when it
 * comes from a decoder, so that keys such as `__proto__` are plain data; make one with
 * {@linkcode createAttributes}.
 */
export type Attributes = { readonly [key: string]: AttributeValue };

/**
 * Makes an attributes object without a prototype from key/value pairs.
 *
 * @param entries Pairs; a later pair of the same key wins.
 * @example
 * ```ts
 * import { createAttributes } from "./attributes.ts";
 *
 * const attributes = createAttributes([["__proto__", "just a key"]]);
 * if (attributes["__proto__"] !== "just a key") throw new Error("lost");
 * ```
 */
export function createAttributes(
  entries: Iterable<readonly [string, AttributeValue]> = [],
): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = Object.create(null);
  for (const [key, value] of entries) attributes[key] = value;
  return attributes;
}
