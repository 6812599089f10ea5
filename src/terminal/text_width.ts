import stringWidth from "string-width";

const PLAIN = /^[\x20-\x7e]*$/;
/** Characters of one column that frames are full of: Latin, punctuation, arrows, lines, blocks. */
const NARROW =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193\u2400-\u2426\u2500-\u259f]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many columns a terminal needs for text without control characters. */
export function textWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/**
 * Shortens text to a number of columns, with `…` at its end when something was left out. What a
 * reader sees as one character is never split. The cost depends on the columns, not on the text.
 */
export function truncateText(text: string, columns: number): string {
  if (columns <= 0) return "";
  // Characters of no width make a text longer than it looks, but not without end.
  const limit = columns * 16 + 64;
  const head = text.length > limit ? text.slice(0, limit) : text;
  if (head === text && textWidth(text) <= columns) return text;
  if (PLAIN.test(head)) return head.slice(0, columns - 1) + "…";
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(head)) {
    const width = textWidth(segment);
    if (used + width > columns - 1) break;
    kept += segment;
    used += width;
  }
  return kept + "…";
}

/** Shortens, or fills up with spaces at the end, to exactly this many columns. */
export function fitText(text: string, columns: number): string {
  const cut = truncateText(text, columns);
  return cut + " ".repeat(Math.max(0, columns - textWidth(cut)));
}

/** Shortens, or fills up with spaces at the start, to exactly this many columns. */
export function alignRight(text: string, columns: number): string {
  const cut = truncateText(text, columns);
  return " ".repeat(Math.max(0, columns - textWidth(cut))) + cut;
}
