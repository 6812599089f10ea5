import { textWidth } from "../src/terminal/text_width.ts";

/** How a terminal looks: the 16 colours of its palette, and its own two. */
export interface TerminalTheme {
  readonly palette: readonly string[];
  readonly foreground: string;
  readonly background: string;
}

/** The size of a screen, and how it looks. */
export interface DrawScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** @default DARK_THEME */
  readonly theme?: TerminalTheme;
}

export const DARK_THEME: TerminalTheme = {
  foreground: "#c9d1d9",
  background: "#0d1117",
  palette: [
    ...["#1c2128", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#c9d1d9"],
    ...["#8b949e", "#ffa198", "#aff5b4", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff"],
  ],
};

/** The palette of xterm on white: the hardest to read that is common. */
export const LIGHT_THEME: TerminalTheme = {
  foreground: "#000000",
  background: "#ffffff",
  palette: [
    ...["#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"],
    ...["#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"],
  ],
};

const CELL_WIDTH = 8.43;
const CELL_HEIGHT = 18;

interface Pen {
  color: string;
  background: string | undefined;
  isBold: boolean;
  isDim: boolean;
  isInverse: boolean;
  isUnderlined: boolean;
}

/** Draws a screen as tmux captures it, as SVG: one text element a run of equal style. */
export function drawScreen(screen: string, options: DrawScreenOptions): string {
  const { columns, rows, theme = DARK_THEME } = options;
  const width = columns * CELL_WIDTH + 24;
  const height = rows * CELL_HEIGHT + 24;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${theme.background}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
  ];
  const pen = plainPen(theme);
  for (const [row, line] of screen.trimEnd().split("\n").entries()) {
    let column = 0;
    // deno-lint-ignore no-control-regex -- the escape sequences of colours
    for (const piece of line.split(/(\x1b\[[0-9;]*m)/)) {
      // deno-lint-ignore no-control-regex -- see above
      const codes = /^\x1b\[([0-9;]*)m$/.exec(piece);
      if (codes !== null) applyStyle(pen, codes[1], theme);
      else if (piece !== "") {
        parts.push(drawRun(piece, column, row, pen, theme));
        column += textWidth(piece);
      }
    }
  }
  return [...parts, "</g>", "</svg>", ""].join("\n");
}

function plainPen({ foreground }: TerminalTheme): Pen {
  return {
    color: foreground,
    background: undefined,
    isBold: false,
    isDim: false,
    isInverse: false,
    isUnderlined: false,
  };
}

function drawRun(
  text: string,
  column: number,
  row: number,
  pen: Pen,
  theme: TerminalTheme,
): string {
  const x = (12 + column * CELL_WIDTH).toFixed(1);
  const y = 12 + row * CELL_HEIGHT;
  const length = (textWidth(text) * CELL_WIDTH).toFixed(1);
  const color = pen.isInverse ? pen.background ?? theme.background : pen.color;
  const background = pen.isInverse ? pen.color : pen.background;
  const box = background === undefined
    ? ""
    : `<rect x="${x}" y="${y}" width="${length}" height="${CELL_HEIGHT}" fill="${background}"/>`;
  const style = (pen.isBold ? ' font-weight="bold"' : "") + (pen.isDim ? ' opacity="0.65"' : "") +
    (pen.isUnderlined ? ' text-decoration="underline"' : "");
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `${box}<text x="${x}" y="${
    y + 13
  }" textLength="${length}" lengthAdjust="spacingAndGlyphs" ` +
    `fill="${color}"${style}>${escaped.replaceAll(" ", "\u00a0")}</text>`;
}

function applyStyle(pen: Pen, codes: string, theme: TerminalTheme): void {
  const { palette, foreground } = theme;
  for (const code of codes.split(";").map(Number)) {
    if (code === 0) Object.assign(pen, plainPen(theme));
    else if (code === 1) pen.isBold = true;
    else if (code === 2) pen.isDim = true;
    else if (code === 4) pen.isUnderlined = true;
    else if (code === 7) pen.isInverse = true;
    else if (code === 22) pen.isBold = pen.isDim = false;
    else if (code === 24) pen.isUnderlined = false;
    else if (code === 27) pen.isInverse = false;
    else if (code >= 30 && code <= 37) pen.color = palette[code - 30];
    else if (code >= 90 && code <= 97) pen.color = palette[code - 82];
    else if (code === 39) pen.color = foreground;
    else if (code >= 40 && code <= 47) pen.background = palette[code - 40];
    else if (code === 49) pen.background = undefined;
  }
}
