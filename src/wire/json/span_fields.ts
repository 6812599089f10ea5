import { normalizeHexId } from "../hex_id.ts";
import { microsToNano } from "../micros.ts";
import { quoteValue } from "../quote_value.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import { isJsonRecord, type JsonRecord } from "./parse_json_body.ts";

/**
 * Reads an id in hexadecimal, see `normalizeHexId`.
 *
 * @throws {RejectedSpanError} When it is none.
 */
export function readHexId(record: JsonRecord, field: string, maxDigits: 16 | 32): string {
  const id = normalizeHexId(record[field], maxDigits);
  if (id !== undefined) return id;
  throw new RejectedSpanError(
    "invalid_id",
    `A span's ${field} is ${quoteValue(record[field])}, not 1 to ${maxDigits} hexadecimal digits`,
  );
}

/**
 * Reads microseconds as nanoseconds; `undefined` when they are not there.
 *
 * @throws {RejectedSpanError} When they are something else.
 */
export function readMicros(record: JsonRecord, field: string): bigint | undefined {
  const value = record[field];
  if (value === undefined || value === null) return undefined;
  const nano = microsToNano(value);
  if (nano !== undefined) return nano;
  throw new RejectedSpanError(
    "invalid_time",
    `A span's ${field} is ${quoteValue(value)}, not a number of microseconds`,
  );
}

/**
 * Reads a list of objects; empty when there is none.
 *
 * @throws {RejectedSpanError} When it is something else.
 */
export function readRecords(record: JsonRecord, field: string): readonly JsonRecord[] {
  const value = record[field];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every(isJsonRecord)) return value;
  throw new RejectedSpanError("malformed", `A span's ${field} are no list of objects`);
}
