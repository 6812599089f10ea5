import { oneLine } from "./_frame_name.ts";

/**
 * Any text as the content of an XML element or attribute: on one line, without what XML does not allow or what
 * would turn the direction of writing.
 */
export function xmlText(text: string): string {
  return oneLine(text).replace(NO_XML, "\ufffd").replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** The same of text with several lines, as tooltips have. */
export function xmlLines(lines: readonly string[]): string {
  return lines.map(xmlText).join("\n");
}

const NO_XML = /[\ufffe\uffff]/g;

/**
 * Text cut to a width, which is estimated, because the font is the reader's.
 *
 * @returns Empty when there is no room for anything that could be read.
 */
export function fitText(text: string, widthPx: number): string {
  const line = oneLine(text);
  let used = 0;
  let end = 0;
  for (const character of line) {
    used += characterWidth(character);
    if (used > widthPx) {
      const cut = cutToFit(line.slice(0, end), used - characterWidth(character), widthPx);
      return cut.length < MIN_CHARACTERS ? "" : `${cut}…`;
    }
    end += character.length;
  }
  return line;
}

/** How wide text is, estimated. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function cutToFit(text: string, usedPx: number, widthPx: number): string {
  const characters = [...text];
  let used = usedPx;
  while (characters.length > 0 && used + CHARACTER_PX > widthPx) {
    used -= characterWidth(characters.pop()!);
  }
  return characters.join("");
}

function characterWidth(character: string): number {
  return character.codePointAt(0)! >= FIRST_WIDE ? WIDE_PX : CHARACTER_PX;
}

const MIN_CHARACTERS = 2;
/** Of a font of 11 pixels without serifs, on average; capitals are wider. */
const CHARACTER_PX = 6.2;
const WIDE_PX = 11.5;
/** Where the scripts begin whose characters are about as wide as they are high. */
const FIRST_WIDE = 0x1100;

/** A place or a length in pixels, as short as it can be. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}
