import { changeSpan } from "../../model/change_span.ts";
import type { Span } from "../../model/span.ts";
import { DecodeError } from "../decode_error.ts";
import { isRecord, markIntegers } from "./_attribute_json.ts";
import { readSpan } from "./_read_span.ts";

/**
 * Reads one span line: a span of a recording, of a live stream or of go-trace's ViewServer.
 *
 * Fields may stand in any order; unknown fields, go-trace's `children` among them, are passed over.
 * The table is in docs/architecture.md, "Span lines". In attributes, integers become `bigint` with all
 * their digits, numbers with a fraction or an exponent become `number`. An optional field that is
 * `null` counts as absent. A span without an end that is not marked as running is unfinished.
 *
 * @param text One JSON object, with or without its line end.
 * @throws DecodeError when the text is not JSON, or a field has the wrong shape; it names the field.
 * @example
 * ```ts
 * import { decodeSpanLine } from "./decode_span_line.ts";
 *
 * const span = decodeSpanLine(
 *   '{"id":"s1","trace_id":"t1","name":"GET /","kind":1,"start_time":"1970-01-01T00:00:00Z"}',
 * );
 * if (span.kind !== "http" || span.startTimeUnixNano !== 0n) throw new Error("wrong");
 * ```
 */
export function decodeSpanLine(text: string): Span {
  return readSpan(parseRecord(text), () => JSON.parse(markIntegers(text)));
}

/**
 * Reads one span line together with the spans nested in its `children`, as go-trace writes trees.
 *
 * @param text One JSON object, with or without its line end.
 * @returns The spans, a parent before its children. A child without a `parent_id` gets the id of the
 * span it is nested in.
 * @throws DecodeError when the text is not JSON, or a field has the wrong shape; it names the field.
 * @example
 * ```ts
 * import { decodeSpanLines } from "./decode_span_line.ts";
 *
 * const times = '"kind":0,"start_time":"1970-01-01T00:00:00Z","end_time":"1970-01-01T00:00:01Z"';
 * const spans = decodeSpanLines(
 *   `{"id":"a","trace_id":"t","name":"outer",${times},"children":[
 *     {"id":"b","trace_id":"t","name":"inner",${times}}]}`,
 * );
 * if (spans[1]?.parentId !== "a") throw new Error("wrong");
 * ```
 */
export function decodeSpanLines(text: string): Span[] {
  const root = parseRecord(text);
  if (root.children === undefined || root.children === null) {
    return [readSpan(root, () => JSON.parse(markIntegers(text)))];
  }
  const spans: Span[] = [];
  // Not recursive: trees may be nested as deep as a sender likes.
  const pending: Nested[] = [{ record: root, marked: JSON.parse(markIntegers(text)) }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { record, marked, parentId } = next;
    if (!isRecord(record)) throw new DecodeError('Cannot read "children": not an object', 0);
    const span = readSpan(record, () => marked);
    spans.push(
      span.parentId === undefined && parentId !== undefined ? changeSpan(span, { parentId }) : span,
    );
    const { children } = record;
    if (children === undefined || children === null) continue;
    if (!Array.isArray(children)) throw new DecodeError('Cannot read "children": not a list', 0);
    for (let i = children.length - 1; i >= 0; i--) {
      const markedChild = (marked.children as typeof marked[])[i];
      pending.push({ record: children[i], marked: markedChild, parentId: span.spanId });
    }
  }
  return spans;
}

type Nested = { record: unknown; marked: Record<string, unknown>; parentId?: string };

function parseRecord(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(reason);
    throw new DecodeError(`Cannot read span line: ${reason}`, position ? +position[1] : 0);
  }
  if (!isRecord(value)) throw new DecodeError("Cannot read span line: not a JSON object", 0);
  return value;
}
