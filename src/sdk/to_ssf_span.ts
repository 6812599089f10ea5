import { createSsfSpan, type SsfSpan } from "../wire/ssf/ssf_span.ts";
import { attributeText } from "./attribute_text.ts";
import { detailAttributes } from "./detail_attributes.ts";
import type { RecordingSpan } from "./recording_span.ts";

/**
 * The SSF span of an ended span. Ids become numbers, of a longer trace id the last 16 digits, as veneur's
 * headers do; all attributes become tags, and so does what SSF has no place for, see `detailAttributes`.
 *
 * @returns `undefined` when an id from elsewhere is no number, or a given time is out of range.
 */
export function toSsfSpan(span: RecordingSpan, service: string): SsfSpan | undefined {
  const traceId = toInt64(span.traceId);
  const id = toInt64(span.spanId);
  const parentId = span.parentId === undefined ? 0n : toInt64(span.parentId);
  if (traceId === undefined || id === undefined || parentId === undefined) return undefined;
  const startTimestamp = span.startTimeUnixNano;
  const endTimestamp = span.endTimeUnixNano ?? startTimestamp;
  if (!isInt64(startTimestamp) || !isInt64(endTimestamp)) return undefined;
  const tags: Record<string, string> = Object.create(null);
  for (const list of [span.attributeList, detailAttributes(span)]) {
    for (let index = 0; index < list.length; index += 2) {
      tags[list[index] as string] = attributeText(list[index + 1]);
    }
  }
  const kind = tags["otel.kind"];
  if (kind !== undefined) tags["span.kind"] ??= kind;
  return createSsfSpan({
    traceId,
    id,
    parentId,
    startTimestamp,
    endTimestamp,
    error: span.details?.status === undefined
      ? tags.error !== undefined && tags.error !== "" && tags.error !== "false"
      : span.details.status.code === "error",
    service,
    tags,
    name: span.name,
  });
}

function toInt64(digits: string): bigint | undefined {
  if (!/^(?:[\da-f]{16}){1,2}$/i.test(digits)) return undefined;
  return BigInt.asIntN(64, BigInt("0x" + digits.slice(-16)));
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
