import { createHash } from "node:crypto";
import { createAttributes } from "../../model/attributes.ts";
import { changeSpan } from "../../model/change_span.ts";
import { countReason } from "../../model/counters.ts";
import { isErrorSpan, type Span } from "../../model/span.ts";
import { countDropped } from "../count_dropped.ts";
import type { Losses } from "../losses.ts";
import { OWN_KEYS } from "../own_attributes.ts";
import { spanToSsfSpan } from "./ssf_model.ts";
import type { SsfSpan } from "./ssf_span.ts";

/**
 * Makes an SSF span of any span: what `spanToSsfSpan` refuses is brought to what SSF holds.
 *
 * | span | SSF |
 * | --- | --- |
 * | an id that is no 64-bit integer in decimal | hexadecimal: the value of the last 16 digits; anything else: the first 8 bytes of its SHA-256. As received in the tags `trace.original_…` |
 * | no end | the end is the start, and the tag `trace.state` says why |
 * | a time outside of 64 bits, or 0, which SSF takes for unset | the nearest it has, exact in the tags `trace.…_unix_nano` |
 * | no name | `(unnamed)` |
 * | kind | also the tag `trace.kind` |
 */
export function ssfExportSpan(span: Span, losses: Losses): SsfSpan {
  const own = new Map<string, string>();
  const traceId = ssfId(span.traceId, OWN_KEYS.traceId, own);
  const spanId = ssfId(span.spanId, OWN_KEYS.spanId, own);
  const parentId = span.parentId === undefined
    ? undefined
    : ssfId(span.parentId, OWN_KEYS.parentId, own);
  if (own.size > 0) countReason(losses.changed, "id");
  const start = ssfTime(span.startTimeUnixNano, OWN_KEYS.start, own, losses);
  const end = span.endTimeUnixNano === undefined
    ? start
    : ssfTime(span.endTimeUnixNano, OWN_KEYS.end, own, losses);
  if (span.endTimeUnixNano === undefined) {
    own.set(OWN_KEYS.state, span.state);
    countReason(losses.changed, "no_end_time");
  }
  const { kind } = span;
  // SSF's own tag for it would read as an attribute of the program.
  if (kind !== "internal" && !("span.kind" in span.attributes)) {
    own.set(OWN_KEYS.kind, String(kind));
  }
  if (span.name === "") countReason(losses.changed, "no_name");
  countDropped(span, DROPPED, losses);
  if (Object.keys(span.resource ?? {}).some((key) => key !== "service.name")) {
    countReason(losses.dropped, "resource");
  }
  if (Object.values(span.attributes).some((value) => typeof value !== "string")) {
    countReason(losses.changed, "attribute_type");
  }
  const attributes = createAttributes([...Object.entries(span.attributes), ...own]);
  const changes = { traceId, spanId, parentId, attributes, name: span.name || "(unnamed)" };
  // Told beside, for the flag is read off attributes that are about to change.
  const error = span.error ?? isErrorSpan(span);
  const times = { startTimeUnixNano: start, endTimeUnixNano: end };
  return spanToSsfSpan(changeSpan(span, { ...changes, ...times, error }))!;
}

const DROPPED = [
  "events",
  "links",
  "scope",
  "status_message",
  "trace_state",
  "flags",
  "time_offset",
  "dropped_counts",
  "schema_url",
] as const;
const DECIMAL = /^(?:-?[1-9]\d{0,18})$/;
const HEX = /^(?:[0-9a-f]{16})?(?!0{16})[0-9a-f]{16}$/;
const MAX = 2n ** 63n - 1n;

/** The id in a form that `spanToSsfSpan` makes a number of. */
function ssfId(id: string, key: string, own: Map<string, string>): string {
  if (DECIMAL.test(id) && BigInt.asIntN(64, BigInt(id)) === BigInt(id)) return id;
  own.set(key, id);
  return HEX.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 16);
}

function ssfTime(nano: bigint, key: string, own: Map<string, string>, losses: Losses): bigint {
  const nearest = nano === 0n ? 1n : nano > MAX ? MAX : nano < -MAX ? -MAX : nano;
  if (nearest === nano) return nano;
  own.set(key, String(nano));
  countReason(losses.changed, "time_out_of_range");
  return nearest;
}
