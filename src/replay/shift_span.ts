import { changeSpan } from "../model/change_span.ts";
import type { Span } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import { linePartsOf, spanOfLine } from "../wire/span_line/span_line_parts.ts";

/**
 * A copy of a span with all its times moved: its own, and those of its events and samples.
 *
 * @param shiftNano Nanoseconds to add.
 * @throws {RangeError} When a time comes to lie outside of the years 0000 to 9999.
 */
export function shiftSpan(span: Span, shiftNano: bigint): Span {
  if (shiftNano === 0n) return span;
  const startTimeUnixNano = span.startTimeUnixNano + shiftNano;
  const endTimeUnixNano = span.endTimeUnixNano === undefined
    ? undefined
    : span.endTimeUnixNano + shiftNano;
  const start = formatTimestamp(startTimeUnixNano, span.startOffsetMinutes);
  const end = endTimeUnixNano === undefined
    ? ""
    : formatTimestamp(endTimeUnixNano, span.endOffsetMinutes);
  // Written into the line that the span was read from, this takes a fifth of the time.
  const parts = linePartsOf(span);
  const rest = parts?.text.slice(parts.endTo, parts.to);
  if (parts !== undefined && !rest!.includes('"time":')) {
    const { text, from, startFrom, startTo, endFrom } = parts;
    const between = text.slice(startTo, endFrom);
    const moved = spanOfLine(`${text.slice(from, startFrom)}${start}${between}${end}${rest}`);
    if (moved !== undefined) return moved;
  }
  return changeSpan(span, {
    startTimeUnixNano,
    endTimeUnixNano,
    events: span.events?.map((event) => ({
      ...event,
      timeUnixNano: event.timeUnixNano + shiftNano,
    })),
    samples: span.samples?.map((sample) =>
      sample.timeUnixNano === undefined
        ? sample
        : { ...sample, timeUnixNano: sample.timeUnixNano + shiftNano }
    ),
  });
}
