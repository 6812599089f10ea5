import { escapeText } from "../terminal/escape_text.ts";
import type { Line } from "../terminal/frame.ts";
import type { PageContext } from "./page.ts";
import { DIM } from "./span_text.ts";

/** What pages of figures show while there is nothing to count. */
export function noTraces({ emptyHint }: PageContext): Line[] {
  const texts = emptyHint.length > 0 ? emptyHint : ["No traces yet"];
  return texts.map((text) => [{ text: ` ${escapeText(text)}`, style: DIM }]);
}
