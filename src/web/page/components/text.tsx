import type { JSX } from "preact";
import { escapeText } from "../../../terminal/escape_text.ts";

/** Longer texts are cut where there is one line for them: nobody reads more there, and drawing it takes time. */
const SHOWN_CHARACTERS = 500;
const TITLE_CHARACTERS = 2_000;

/** Foreign text as one line in which nothing is hidden: controls and bidi marks have a visible form. */
export function shownText(text: string, maxLength = SHOWN_CHARACTERS): string {
  const part = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return escapeText(part.replace(/[ \t\r\n]+/g, " "));
}

/** Text of a span on one line; all of it, as far as people read, shows when one points at it. */
export function Text(
  { value, fallback, class: className }: {
    value: string;
    /** What to show instead of nothing. */
    fallback?: string;
    class?: string;
  },
): JSX.Element {
  if (value === "" && fallback !== undefined) {
    return <span class={`dim ${className ?? ""}`}>{fallback}</span>;
  }
  // Its own direction, so that text written from right to left moves nothing beside it.
  return (
    <bdi class={className} title={shownText(value, TITLE_CHARACTERS)}>
      {shownText(value)}
    </bdi>
  );
}
