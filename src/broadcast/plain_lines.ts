import { changeSpan } from "../model/change_span.ts";
import { createAttributes } from "../model/attributes.ts";
import { parseSpanKind, spanKindToNumber } from "../model/span_kind.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { formatAttributeValue } from "../wire/span_line/format_attribute_value.ts";

/**
 * Rewrites span lines for go-trace's own viewers: kinds become numbers, attributes become text, running
 * spans are left out, and a span that never ended ends where it started, because those viewers have no
 * other way to show it.
 *
 * @param lines Whole lines as the assembler and the receivers write them.
 */
export function plainLines(lines: Uint8Array): Uint8Array {
  let text = "";
  for (const line of decoder.decode(lines).split("\n")) {
    if (line === "" || line.endsWith(RUNNING)) continue;
    text += GOTRACE_LINE.test(line)
      ? withEnd(line.replace(KIND, kindNumber)) + "\n"
      : rewrite(line);
  }
  return encoder.encode(text);
}

/** A line that came by another protocol than go-trace's. */
function rewrite(line: string): string {
  const span = decodeSpanLine(line);
  if (span.state === "running") return "";
  const attributes = createAttributes(
    Object.entries(span.attributes).map(([key, value]) => [key, formatAttributeValue(value)]),
  );
  const endTimeUnixNano = span.endTimeUnixNano ?? span.startTimeUnixNano;
  const ended = changeSpan(span, { attributes, endTimeUnixNano, state: "ended" });
  return encodeSpanLine(ended, { numericKinds: true });
}

function kindNumber(_match: string, word: string): string {
  return `","kind":${spanKindToNumber(parseSpanKind(word) ?? 0)}`;
}

function withEnd(line: string): string {
  if (!line.endsWith(UNFINISHED)) return line;
  const startTime = START_TIME.exec(line)?.[1] ?? "";
  return line.slice(0, -UNFINISHED.length) + `,"end_time":"${startTime}"}`;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const RUNNING = ',"running":true}';
const UNFINISHED = ',"unfinished":true}';
// Quotes inside a JSON string are escaped, so the first match is the field and never a name.
const KIND = /","kind":"([a-z]+)"/;
/** The end of a line whose attributes, if it has any, are text, and stand last. */
const GOTRACE_LINE =
  /,"(?:start|end)_time":"[^"]*"(?:,"attrs":\{(?:"(?:[^"\\]|\\.)*":"(?:[^"\\]|\\.)*",?)*\})?(?:,"unfinished":true)?\}$/;
const START_TIME = /,"start_time":"([^"]*)"/;
