import { isJsonRecord, type JsonRecord } from "../json/parse_json_body.ts";

/** Nanoseconds of the microseconds in a field, which may have a fraction; `undefined` when it has none. */
export function readChromeMicros(
  event: JsonRecord,
  field: "ts" | "dur",
  text: string,
): bigint | undefined {
  const value = event[field];
  if (typeof value === "string") return parseMicros(value);
  if (typeof value !== "number") return undefined;
  if (Number.isSafeInteger(value)) return BigInt(value) * 1000n;
  if (Math.abs(value) >= MAX_EXACT_MICROS) {
    // A number beyond this has lost its fraction; its text has not. Twice in an event, one is an argument.
    const found = [...text.matchAll(FRACTIONS[field])];
    if (found.length === 1) return parseMicros(found[0][1]);
  }
  return Number.isFinite(value) ? BigInt(Math.round(value * 1000)) : undefined;
}

/** What tells a thread apart. */
export function laneKey(event: JsonRecord): string {
  return `${idOf(event.pid)}/${idOf(event.tid)}`;
}

/** What tells an asynchronous operation apart: `id` counts for a process, unless it says otherwise. */
export function asyncKey(event: JsonRecord): string {
  const { id2, cat, scope } = event;
  const local = isJsonRecord(id2) ? id2.local : undefined;
  const global = isJsonRecord(id2) ? id2.global : undefined;
  const process = global === undefined ? idOf(event.pid) : "";
  return JSON.stringify([process, cat, scope, global ?? local ?? event.id].map(idOf));
}

/** A process, thread or other id, which is a number or text. */
export function idOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The text of a field; empty when it is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Up to here, a thousandth of a microsecond is more than the distance of two doubles. */
const MAX_EXACT_MICROS = 2 ** 42;
const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d{1,3})(\d)?\d*)?$/;
const FRACTIONS = {
  ts: /"ts"\s*:\s*(-?\d+\.\d+)(?![\d.eE])/g,
  dur: /"dur"\s*:\s*(-?\d+\.\d+)(?![\d.eE])/g,
};

function parseMicros(text: string): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = "", next = "0"] = match;
  const nano = BigInt(whole) * 1000n + BigInt(fraction.padEnd(3, "0")) + (next >= "5" ? 1n : 0n);
  return sign === "" ? nano : -nano;
}
