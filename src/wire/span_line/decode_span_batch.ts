import type { Span } from "../../model/span.ts";
import { decodeSpanLines } from "./decode_span_line.ts";
import { readLineSpan } from "./_line_span.ts";

/**
 * Reads lines that this program wrote itself. Most of the spans decode their attributes and what else few
 * look at only when asked: copy one with `changeSpan`, for spreading it would lose all that. A field that
 * is wrong in a line that nobody wrote this way may then throw a `DecodeError` when it is asked for.
 *
 * @param lines Whole lines.
 * @throws {DecodeError} When one is no span line.
 */
export function decodeSpanBatch(lines: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (let from = 0; from < lines.length;) {
    let to = Math.min(from + PIECE_BYTES, lines.length);
    if (to < lines.length) {
      const lineEnd = lines.indexOf(LINE_FEED, to);
      to = lineEnd < 0 ? lines.length : lineEnd + 1;
    }
    decodePiece(UTF8.decode(lines.subarray(from, to)), spans);
    from = to;
  }
  return spans;
}

/**
 * The same for text. The spans keep all of it in memory: see that it is neither long nor a part of a longer one.
 *
 * @throws {DecodeError} When a line is no span line.
 */
export function decodeSpanText(text: string): Span[] {
  const spans: Span[] = [];
  decodePiece(text, spans);
  return spans;
}

/**
 * Reads lines that anybody may have written, each of them whole; go-trace's `children` become spans of
 * their own.
 *
 * @param lines Whole lines.
 * @throws {DecodeError} When one is no span line.
 */
export function decodeForeignLines(lines: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (const line of UTF8.decode(lines).split("\n")) {
    if (line !== "") spans.push(...decodeSpanLines(line));
  }
  return spans;
}

function decodePiece(text: string, spans: Span[]): void {
  let escapeAt = -1;
  for (let from = 0; from < text.length;) {
    let to = text.indexOf("\n", from);
    if (to < 0) to = text.length;
    if (escapeAt < from) {
      escapeAt = text.indexOf("\\", from);
      if (escapeAt < 0) escapeAt = Infinity;
    }
    const span = readLineSpan(text, from, to, escapeAt);
    if (span !== undefined) spans.push(span);
    else if (to > from) spans.push(...decodeSpanLines(text.slice(from, to)));
    from = to + 1;
  }
}

/** A span keeps the piece of text that it was read from in memory: small pieces, or a few spans keep it all. */
const PIECE_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;
const UTF8 = new TextDecoder();
