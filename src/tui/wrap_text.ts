import { escapeText } from "../terminal/escape_text.ts";
import { textWidth } from "../terminal/text_width.ts";

/** A text in lines. */
export interface WrappedText {
  /** Escaped, each within the columns; at least one. */
  readonly lines: readonly string[];
  /** How many characters of the text had no room. */
  readonly restLength: number;
}

const PLAIN = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Breaks foreign text into lines: where it has line breaks, and where a line is full. The cost depends on the
 * lines, not on the text.
 *
 * @param maxLines What is beyond is counted only.
 */
export function wrapText(text: string, columns: number, maxLines: number): WrappedText {
  // Characters of no width make a text longer than it looks, but not without end.
  const limit = maxLines * (columns * 4 + 16);
  const head = text.length > limit ? text.slice(0, limit) : text;
  const lines: string[] = [];
  let at = 0;
  while (at <= head.length && lines.length < maxLines) {
    const found = /\r\n|[\n\r]/g;
    found.lastIndex = at;
    const match = found.exec(head);
    const end = match?.index ?? head.length;
    at = fill(lines, head, { from: at, end, columns, maxLines });
    if (at < end) break;
    at = match === null ? head.length + 1 : end + match[0].length;
  }
  return { lines, restLength: Math.max(0, text.length - at) };
}

/** Adds the lines of one paragraph; returns how far it came. */
function fill(
  lines: string[],
  text: string,
  { from, end, columns, maxLines }: {
    from: number;
    end: number;
    columns: number;
    maxLines: number;
  },
): number {
  const shown = escapeText(text.slice(from, end).replaceAll("\t", "    "));
  if (textWidth(shown) <= columns) {
    lines.push(shown);
    return end;
  }
  if (PLAIN.test(shown)) {
    for (let at = 0; at < shown.length;) {
      const to = breakBefore(shown, at, columns);
      lines.push(shown.slice(at, to).trimEnd());
      at = to;
      if (lines.length === maxLines) return Math.min(end, from + at);
    }
    return end;
  }
  let line = "";
  let width = 0;
  let taken = 0;
  for (const { segment, index } of graphemes.segment(shown)) {
    const segmentWidth = textWidth(segment);
    if (width + segmentWidth > columns && line !== "") {
      lines.push(line);
      taken = index;
      // Escaping makes a text longer: then where it ends in the text is a guess by its share.
      if (lines.length === maxLines) {
        return from + Math.floor(taken / shown.length * (end - from));
      }
      line = "";
      width = 0;
    }
    line += segment;
    width += segmentWidth;
  }
  lines.push(line);
  return end;
}

/** Where a line that begins at a place ends: behind a blank, unless that would leave much of it empty. */
function breakBefore(text: string, at: number, columns: number): number {
  const full = at + columns;
  if (full >= text.length) return text.length;
  const blank = text.lastIndexOf(" ", full);
  return blank > at + columns / 2 ? blank + 1 : full;
}
