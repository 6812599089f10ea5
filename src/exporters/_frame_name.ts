import type { Span } from "../model/span.ts";

/** What stands for a span without a name. */
export const NO_NAME = "(unnamed)";

/** A span's name on one line, see {@linkcode oneLine}. */
export function frameName(span: Span): string {
  return oneLine(span.name) || NO_NAME;
}

/** Text on one line: controls, line ends and what turns the direction of writing are blanks, of which there is one at a time. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, " ").replace(/ {2,}/g, " ").trim();
}

const UNPRINTABLE =
  // deno-lint-ignore no-control-regex -- these are what is looked for
  /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;
