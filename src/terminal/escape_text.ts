/**
 * What must never reach a terminal as it is: controls (C0, DEL, C1), lone surrogates, line and
 * paragraph separators, and everything invisible: bidi controls, zero-width and tag characters,
 * fillers. `Cf` holds a few Arabic signs that are visible; they are let through below.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const PLAIN = /^[\x20-\x7e]*$/;
const VISIBLE_FORMAT = /^[\u0600-\u0605\u06dd\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u;
const PICTURE = /^\p{Extended_Pictographic}$/u;
const PICTURE_MODIFIER = /^[\ufe0f\u{1f3fb}-\u{1f3ff}]$/u;
const INVISIBLE = /^[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}]$/u;

/**
 * The one function through which foreign text reaches a terminal. What could move the cursor, change
 * the terminal's state, reorder or hide text becomes a visible form: control characters their
 * pictures (`␛`, `␊`), everything else its code point (`<U+202E>`). Escaping twice changes nothing.
 *
 * @param text Any text, lone surrogates included.
 * @returns Text of one line that shows as what it is.
 * @example
 * ```ts
 * import { escapeText } from "./escape_text.ts";
 *
 * if (escapeText("\x1b[2Jhi\u202e") !== "␛[2Jhi<U+202E>") throw new Error("harmful");
 * ```
 */
export function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(HARMFUL, (character, at: number) => {
    const code = character.codePointAt(0) as number;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    if (isLetThrough(character, code, text, at)) return character;
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

/** Emoji are made with joiners and variation selectors, which are harmless in their place. */
function isLetThrough(character: string, code: number, text: string, at: number): boolean {
  // A picture of two units, its modifier of two units.
  const before = [...text.slice(Math.max(0, at - 4), at)];
  const last = before.pop();
  if (code === 0xfe0e || code === 0xfe0f) return last !== undefined && !INVISIBLE.test(last);
  if (code === 0x200d) {
    const picture = last !== undefined && PICTURE_MODIFIER.test(last) ? before.pop() : last;
    const [after = ""] = text.slice(at + 1, at + 3);
    return picture !== undefined && PICTURE.test(picture) && PICTURE.test(after);
  }
  return VISIBLE_FORMAT.test(character);
}
