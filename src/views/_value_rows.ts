import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { countText } from "./count_text.ts";

/** A value as text. */
export interface ValueRow {
  readonly key: string;
  /** May have several lines, as stack traces do. */
  readonly text: string;
  /** 0, or how deep it is below a row before it: an attribute of an event, an item of a list. */
  readonly depth: number;
  /** Of an attribute: its key, then the keys and places of a value inside of it. */
  readonly path?: readonly (string | number)[];
}

/** Adds a row for each attribute, see {@linkcode addValueRows}. */
export function addAttributeRows(
  rows: ValueRow[],
  attributes: Attributes | undefined,
  depth: number,
): void {
  for (const key in attributes) addValueRows(rows, key, attributes[key], depth);
}

interface Pending {
  readonly key: string;
  readonly value: AttributeValue;
  readonly depth: number;
  readonly path: readonly (string | number)[];
}

/** Adds the row of a value and, of a list or a map, those of all that is in it. Nothing recurses. */
export function addValueRows(
  rows: ValueRow[],
  key: string,
  value: AttributeValue,
  depth: number,
): void {
  if (typeof value !== "object") {
    rows.push({ key, text: String(value), depth, path: [key] });
    return;
  }
  const pending: Pending[] = [{ key, value, depth, path: [key] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { key, value, depth, path } = next;
    rows.push({ key, text: textOf(value), depth, path });
    if (typeof value !== "object" || value instanceof Uint8Array) continue;
    const inside: Pending[] = [];
    const add = (name: string | number, each: AttributeValue): void => {
      inside.push({
        key: typeof name === "number" ? `[${name}]` : name,
        value: each,
        depth: depth + 1,
        // A path as long as the value is deep would take the square of that.
        path: path.length < MAX_PATH ? [...path, name] : path,
      });
    };
    if (Array.isArray(value)) value.forEach((each, place) => add(place, each));
    else for (const name in value as Attributes) add(name, (value as Attributes)[name]);
    for (let at = inside.length - 1; at >= 0; at--) pending.push(inside[at]);
  }
}

/** Longer paths end here; the rows are all there, each with its depth. */
const MAX_PATH = 100;

function textOf(value: AttributeValue): string {
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) {
    return value.length === 0
      ? "(0 bytes)"
      : `${hexText(value)} (${countText(value.length, "byte")})`;
  }
  if (Array.isArray(value)) return `[${countText(value.length, "item")}]`;
  return `{${countText(Object.keys(value).length, "key")}}`;
}

function hexText(bytes: Uint8Array): string {
  let text = "0x";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
