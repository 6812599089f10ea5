/** The terminal's own palette, so that a user's theme stays in charge. */
export type Color =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white"
  | "gray";

/** How a piece of text looks, as data. */
export interface Style {
  readonly color?: Color;
  readonly isBold?: boolean;
  readonly isDim?: boolean;
  readonly isUnderlined?: boolean;
  /** Foreground and background swapped. */
  readonly isInverse?: boolean;
}

const COLOR_CODES: Readonly<Record<Color, number>> = {
  black: 30,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  white: 37,
  gray: 90,
};

/** The escape sequence that turns a style on, from plain; empty for no style. */
export function styleSequence(style: Style | undefined): string {
  if (style === undefined) return "";
  const codes: number[] = [];
  if (style.isBold) codes.push(1);
  if (style.isDim) codes.push(2);
  if (style.isUnderlined) codes.push(4);
  if (style.isInverse) codes.push(7);
  if (style.color !== undefined) codes.push(COLOR_CODES[style.color]);
  return codes.length === 0 ? "" : `\x1b[${codes.join(";")}m`;
}

/** Back to plain. */
export const PLAIN_SEQUENCE = "\x1b[0m";
