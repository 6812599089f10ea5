import { escapeText } from "./escape_text.ts";
import { type Frame, type Line, paintLine, type Segment, type Size } from "./frame.ts";
import { textWidth } from "./text_width.ts";

/** Begin and end of a synchronized update (DEC 2026): terminals that know it show no half frame. */
const BEGIN_UPDATE = "\x1b[?2026h";
const END_UPDATE = "\x1b[?2026l";
const CLEAR_SCREEN = "\x1b[2J";
const CLEAR_TO_LINE_END = "\x1b[K";
const CLEAR_LINE = "\x1b[2K";
/** Text whose width terminals disagree on: emoji, joiners, selectors, marks, everything beyond. */
const UNCERTAIN = /[\u0300-\u036f\u200d\ufe0f\u2600-\u27bf\u{10000}-\u{10ffff}]/u;

/** Turns frames into what must be written to get from one to the next: only rows that differ. */
export class Renderer {
  readonly #isColored: boolean;
  #rows: string[] = [];
  #size: Size | undefined;

  /** @param isColored False writes no colours; bold, dim, underlined and reverse video are none. */
  constructor(isColored: boolean) {
    this.#isColored = isColored;
  }

  /** Forgets what is on the screen, so that the next frame is written whole. */
  invalidate(): void {
    this.#size = undefined;
  }

  /**
   * @param frame The lines to show; those beyond the size are left out.
   * @returns What to write; empty when nothing changed.
   */
  render(frame: Frame, size: Size): string {
    const isWhole = this.#size?.columns !== size.columns || this.#size?.rows !== size.rows;
    const before = isWhole ? [] : this.#rows;
    const rows: string[] = [];
    let output = isWhole ? CLEAR_SCREEN : "";
    for (let row = 0; row < size.rows; row++) {
      const painted = paintRow(frame[row] ?? [], size.columns, this.#isColored);
      rows.push(painted);
      if (painted === before[row]) continue;
      output += `\x1b[${row + 1};1H${painted}`;
    }
    this.#rows = rows;
    this.#size = size;
    return output === "" ? "" : BEGIN_UPDATE + output + END_UPDATE;
  }
}

/**
 * Paints a row so that its columns line up even where the terminal has its own idea of a text's
 * width: after such text the cursor is put where it belongs.
 */
function paintRow(line: Line, columns: number, isColored: boolean): string {
  const visible = isColored ? line : line.map(withoutColor);
  let row = "";
  let column = 0;
  let from = 0;
  for (let index = 0; index < visible.length; index++) {
    const text = escapeText(visible[index].text);
    column += textWidth(text);
    if (!UNCERTAIN.test(text)) continue;
    row += paintLine(visible.slice(from, index + 1), true) + `\x1b[${column + 1}G`;
    from = index + 1;
  }
  row += paintLine(visible.slice(from), true);
  if (from > 0) return CLEAR_LINE + row;
  // Behind a full row the cursor still stands on the last column and would clear it.
  return column < columns ? row + CLEAR_TO_LINE_END : row;
}

function withoutColor({ text, style }: Segment): Segment {
  return { text, style: style && { ...style, color: undefined } };
}
