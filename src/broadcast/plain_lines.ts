import { parseSpanKind, spanKindToNumber } from "../model/span_kind.ts";

/**
 * Rewrites span lines for go-trace's own viewers: kinds become numbers, running spans are left out,
 * and a span that never ended ends where it started, because those viewers have no other way to show
 * it.
 *
 * @param lines Whole lines as the assembler writes them.
 */
export function plainLines(lines: Uint8Array): Uint8Array {
  let text = "";
  for (const line of decoder.decode(lines).split("\n")) {
    if (line === "" || line.endsWith(RUNNING)) continue;
    text += withEnd(line.replace(KIND, kindNumber)) + "\n";
  }
  return encoder.encode(text);
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
const START_TIME = /,"start_time":"([^"]*)"/;
