import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { fromBase64, toBase64 } from "../base64.ts";
import { quoteText } from "./_quote_text.ts";

/**
 * Writes attributes as a JSON object. Types survive: an integer is written with all its digits, a
 * double always with a fraction or an exponent, and what JSON has no notation for as a map of one key:
 *
 * | value | written as |
 * | --- | --- |
 * | NaN, ±Infinity | `{"$double":"NaN"}`, `{"$double":"Infinity"}`, `{"$double":"-Infinity"}` |
 * | bytes | `{"$bytes":"…base64…"}` |
 * | a map whose only key is `$double`, `$bytes` or `$map` | `{"$map":{…}}` |
 */
export function encodeAttributes(attributes: Attributes): string {
  let json = "";
  for (const key of Object.keys(attributes)) {
    const separator = json === "" ? "{" : ",";
    json += separator + quoteText(key) + ":" + encodeValue(attributes[key]);
  }
  return json === "" ? "{}" : json + "}";
}

/** Writes a double so that it reads back as one: `1` becomes `1.0`. */
export function encodeDouble(value: number): string {
  if (!Number.isFinite(value)) return `{"$double":"${value}"}`;
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? text + ".0" : text;
}

/** Reads a double written by {@linkcode encodeDouble}; `undefined` when it is something else. */
export function decodeDouble(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return isRecord(value) && Object.keys(value).length === 1
    ? namedDouble(value.$double)
    : undefined;
}

/**
 * Reads attributes that hold more than strings and booleans.
 *
 * @param record What `JSON.parse` made of the object, its integers marked by `markIntegers`.
 * @returns The path of the first value that is no attribute value, if there is one.
 */
export function decodeAttributes(
  record: Readonly<Record<string, unknown>>,
  target: Record<string, AttributeValue>,
): string | undefined {
  // Not recursive: a value may be nested as deep as a sender likes.
  const pending: Pending[] = [{ source: record, target, path: "" }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { source, target, path } = next;
    for (const markedKey of Object.keys(source)) {
      const value = source[markedKey];
      // A key is never an integer, but NUL at its beginning was doubled like any string's.
      const key = markedKey.startsWith(INTEGER_MARK) ? markedKey.slice(1) : markedKey;
      const at = Array.isArray(source) ? `${path}[${key}]` : `${path}.${key}`;
      if (value === null) {
        // Senders write null for "no value". In a list it has a place, which nothing else can take.
        if (Array.isArray(source)) return at;
        continue;
      }
      if (typeof value === "string") {
        target[key] = value.startsWith(INTEGER_MARK) ? decodeMarked(value) : value;
      } else if (typeof value !== "object") {
        target[key] = value as number | boolean;
      } else {
        target[key] = decodeObject(value as Record<string, unknown>, at, pending);
      }
    }
  }
  return undefined;
}

/**
 * Puts a mark into JSON text at each integer, so that `JSON.parse`, which would round it, leaves its
 * digits alone: `1` becomes the string NUL + `1`. A string that starts with NUL gets a second one.
 *
 * @param json Valid JSON text.
 */
export function markIntegers(json: string): string {
  let marked = "";
  let copied = 0;
  for (let at = 0; at < json.length;) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      // Inside a string, NUL can only be written as this escape.
      if (json.startsWith(NUL_ESCAPE, at + 1)) {
        marked += json.slice(copied, at + 1) + NUL_ESCAPE;
        copied = at + 1;
      }
      at = stringEnd(json, at);
    } else if (code === MINUS || code >= DIGIT_0 && code <= DIGIT_9) {
      NUMBER.lastIndex = at;
      const end = at + NUMBER.exec(json)![0].length;
      if (!NOT_INTEGER.test(json.slice(at, end))) {
        marked += `${json.slice(copied, at)}"${NUL_ESCAPE}${json.slice(at, end)}"`;
        copied = end;
      }
      at = end;
    } else {
      at++;
    }
  }
  return marked + json.slice(copied);
}

/** Whether a value parsed from JSON is an object, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Container = Record<string, AttributeValue>;
type Pending = { source: Readonly<Record<string, unknown>>; target: Container; path: string };

const INTEGER_MARK = "\0";
const NUL_ESCAPE = "\\u0000";
const NUMBER = /[-+.\deE]+/y;
const NOT_INTEGER = /[.eE]/;
const QUOTE = 0x22;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const BACKSLASH = 0x5c;

/** Writes one value as {@linkcode encodeAttributes} does. */
export function encodeValue(value: AttributeValue): string {
  switch (typeof value) {
    case "string":
      return quoteText(value);
    case "bigint":
      return value.toString();
    case "number":
      return encodeDouble(value);
    case "boolean":
      return value ? "true" : "false";
    default:
      return encodeNested(value);
  }
}

function encodeNested(root: AttributeValue): string {
  let json = "";
  const pending: ({ value: AttributeValue } | string)[] = [{ value: root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      json += next;
      continue;
    }
    const { value } = next;
    if (typeof value !== "object") {
      json += encodeValue(value);
    } else if (value instanceof Uint8Array) {
      json += `{"$bytes":"${toBase64(value)}"}`;
    } else if (Array.isArray(value)) {
      json += "[";
      pending.push("]");
      for (let i = value.length - 1; i >= 0; i--) {
        pending.push({ value: value[i] });
        if (i > 0) pending.push(",");
      }
    } else {
      const map = value as Attributes;
      const keys = Object.keys(map);
      const isEscaped = keys.length === 1 && SPECIAL_KEYS.has(keys[0]);
      json += isEscaped ? '{"$map":{' : "{";
      pending.push(isEscaped ? "}}" : "}");
      for (let i = keys.length - 1; i >= 0; i--) {
        pending.push({ value: map[keys[i]] }, (i > 0 ? "," : "") + quoteText(keys[i]) + ":");
      }
    }
  }
  return json;
}

const SPECIAL_KEYS: ReadonlySet<string> = new Set(["$double", "$bytes", "$map"]);

function decodeObject(
  object: Readonly<Record<string, unknown>>,
  path: string,
  pending: Pending[],
): AttributeValue {
  if (Array.isArray(object)) {
    const list: AttributeValue[] = [];
    pending.push({ source: object as never, target: list as never, path });
    return list;
  }
  let source = object;
  const keys = Object.keys(object);
  if (keys.length === 1 && SPECIAL_KEYS.has(keys[0])) {
    const special = object[keys[0]];
    const value = keys[0] === "$double"
      ? namedDouble(special)
      : keys[0] === "$bytes" && typeof special === "string"
      ? fromBase64(special)
      : undefined;
    if (value !== undefined) return value;
    if (keys[0] === "$map" && isRecord(special)) source = special;
  }
  const map: Container = Object.create(null);
  pending.push({ source, target: map, path });
  return map;
}

function namedDouble(name: unknown): number | undefined {
  return name === "NaN" || name === "Infinity" || name === "-Infinity" ? Number(name) : undefined;
}

function decodeMarked(value: string): string | bigint {
  const text = value.slice(1);
  return text.startsWith(INTEGER_MARK) ? text : BigInt(text);
}

/** Offset one past the string whose opening quote is at `quote`. */
function stringEnd(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1);; end = json.indexOf('"', end + 1)) {
    let from = end;
    while (json.charCodeAt(from - 1) === BACKSLASH) from--;
    if ((end - from) % 2 === 0) return end + 1;
  }
}
