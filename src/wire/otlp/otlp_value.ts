import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { toBase64 } from "../base64.ts";

/** An `AnyValue` of OTLP in protobuf's JSON form. */
export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number | string }
  | { readonly bytesValue: string }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } }
  | { readonly kvlistValue: { readonly values: readonly OtlpKeyValue[] } };

/** A `KeyValue` of OTLP. */
export interface OtlpKeyValue {
  readonly key: string;
  readonly value: OtlpValue;
}

// Lists in lists go through recursion, so their depth has to have an end; OTLP's own decoders stop
// near 100.
const MAX_DEPTH = 64;
const INT64_MAX = 2n ** 63n - 1n;

/** Attributes as a list of OTLP's key/value pairs. */
export function otlpAttributes(attributes: Attributes, depth = 0): OtlpKeyValue[] {
  const pairs: OtlpKeyValue[] = [];
  for (const key in attributes) {
    pairs.push({ key: key.toWellFormed(), value: otlpValue(attributes[key], depth) });
  }
  return pairs;
}

/**
 * A value in OTLP's form. 64-bit integers are decimal strings, as protobuf's JSON form demands, and
 * what is no finite double is `"NaN"`, `"Infinity"` or `"-Infinity"`. Integers beyond 64 bits and what
 * lies deeper than 64 levels become strings.
 */
export function otlpValue(value: AttributeValue, depth = 0): OtlpValue {
  switch (typeof value) {
    case "string":
      return { stringValue: value.toWellFormed() };
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return value > INT64_MAX || value < -INT64_MAX - 1n
        ? { stringValue: String(value) }
        : { intValue: String(value) };
    case "number":
      if (Object.is(value, -0)) return { doubleValue: "-0" };
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
  }
  if (value instanceof Uint8Array) return { bytesValue: toBase64(value) };
  if (depth >= MAX_DEPTH) return { stringValue: "(nested too deep)" };
  if (Array.isArray(value)) {
    return { arrayValue: { values: value.map((item) => otlpValue(item, depth + 1)) } };
  }
  return { kvlistValue: { values: otlpAttributes(value as Attributes, depth + 1) } };
}
