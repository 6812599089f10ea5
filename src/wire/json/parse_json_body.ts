import { DecodeError } from "../decode_error.ts";
import { quoteLargeIntegers } from "./quote_large_integers.ts";

/**
 * Reads a message that is one JSON text. Any nesting is fine: the parser does not recurse.
 * Integers that a number would round come as strings of their digits.
 *
 * @param body UTF-8, with or without a byte order mark.
 * @throws {DecodeError} When the bytes are no UTF-8 or no JSON; the offset is 0 where the runtime does
 * not say where it gave up.
 */
export function parseJsonBody(body: Uint8Array): unknown {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    throw new DecodeError("Message is not UTF-8", 0);
  }
  try {
    return JSON.parse(quoteLargeIntegers(text));
  } catch (error) {
    const reason = (error as Error).message;
    const position = /at position (\d+)/.exec(reason)?.[1];
    throw new DecodeError(`Message is not JSON: ${reason}`, Number(position ?? 0));
  }
}

/** A JSON object, or what was to be one. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object, not a list. */
export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
