import type { Line, Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";

const MATCH: Style = { isInverse: true };

/**
 * Marks where a text that was searched for stands in a line. Capitals count only if the text has
 * one, as in the search itself.
 */
export function highlight(line: Line, text: string): Line {
  if (text === "") return line;
  const isExact = text !== text.toLowerCase();
  return line.flatMap((segment) => split(segment, text, isExact));
}

function split(segment: Segment, text: string, isExact: boolean): Segment[] {
  const whole = isExact ? segment.text : segment.text.toLowerCase();
  // Some capitals have lower-case forms of another length: then places would not agree.
  if (whole.length !== segment.text.length || !whole.includes(text)) return [segment];
  const parts: Segment[] = [];
  let from = 0;
  for (let at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, from)) {
    if (at > from) parts.push({ ...segment, text: segment.text.slice(from, at) });
    from = at + text.length;
    parts.push({
      text: segment.text.slice(at, from),
      style: { ...segment.style, ...MATCH, isDim: false },
    });
  }
  if (from < segment.text.length) parts.push({ ...segment, text: segment.text.slice(from) });
  return parts;
}
