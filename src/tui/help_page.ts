import { fitLine, type Frame, type Line } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import { APP_BINDINGS } from "./app_bindings.ts";
import { keyLabel } from "../terminal/key_label.ts";
import type { Page, PageBinding, PageContext, PageUpdate } from "./page.ts";
import { PLAYER_BINDINGS } from "./player_bar.ts";
import { QUERY_BAR_BINDINGS } from "./query_bar.ts";
import { DIM, KIND_MARKS } from "./span_text.ts";

const KEY_COLUMNS = 14;
/** Wide enough for a key and what it does. */
const CELL_COLUMNS = 38;
const TITLE = { isBold: true, isUnderlined: true };

/** The page that explains keys and marks; printed from the tables that the view itself uses. */
export class HelpPage implements Page {
  readonly title = "Help";
  readonly bindings: readonly PageBinding[] = [];
  readonly #about: Pick<Page, "title" | "bindings">;
  readonly #top: number;

  constructor(about: Pick<Page, "title" | "bindings">, top = 0) {
    this.#about = about;
    this.#top = top;
  }

  /** The help of a page. */
  static of(page: Page): HelpPage {
    return new HelpPage(page);
  }

  update(input: TerminalInput, { size }: PageContext): PageUpdate | undefined {
    if (input.type === "paste") return { page: this };
    const step = input.type === "key" ? SCROLL_KEYS[input.key] : WHEEL[input.action];
    if (step !== undefined) {
      const lines = this.#lines(size.columns).length;
      const delta = Math.abs(step) < 1 ? step * 2 * (size.rows - 2) : step;
      const lowest = Math.max(0, lines - (size.rows - 1));
      const top = Math.max(0, Math.min(lowest, this.#top + delta));
      return { page: new HelpPage(this.#about, top) };
    }
    // Any other key leaves the help, and does nothing else.
    const isLeft = input.type === "key" || input.action === "press";
    return { page: this, command: isLeft ? { type: "back" } : undefined };
  }

  frame({ size }: PageContext): Frame {
    const room = Math.max(0, size.rows - 1);
    const lines = this.#lines(size.columns);
    const shown = lines.slice(this.#top, this.#top + room);
    const page = shown.map((line) => fitLine(line, size.columns));
    while (page.length < room) page.push([]);
    const below = lines.length - this.#top - shown.length;
    const hint = below > 0 || this.#top > 0
      ? " j k scroll, any other key goes back"
      : " Any key goes back";
    return [...page, fitLine([{ text: hint, style: DIM }], size.columns)];
  }

  #lines(columns: number): Line[] {
    const { title, bindings } = this.#about;
    const own = new Set(bindings.flatMap(({ keys }) => keys));
    const app = APP_BINDINGS.map(({ keys, help }) => ({
      keys: keys.filter((key) => key === "escape" || !own.has(key)),
      help,
    })).filter(({ keys }) => keys.length > 0);
    return [
      [{ text: ` ${title}`, style: TITLE }],
      ...inCells(bindings, columns),
      [],
      [{ text: " Everywhere", style: TITLE }],
      ...inCells(app, columns),
      [],
      [{ text: " Query (:)", style: TITLE }],
      ...inCells(QUERY_BAR_BINDINGS, columns),
      [],
      [{ text: " Player of recordings (P)", style: TITLE }],
      ...inCells(PLAYER_BINDINGS, columns),
      [],
      [{ text: " Marks", style: TITLE }],
      ...wrapMarks(columns),
      [{ text: " ╌ orphan or further root   ✗ error   ╍ no end yet   … deeper than drawn" }],
    ];
  }
}

/** Lines to scroll by; half a page for 0.5. */
const SCROLL_KEYS: Readonly<Record<string, number>> = {
  j: 1,
  down: 1,
  k: -1,
  up: -1,
  "ctrl+d": 0.5,
  pagedown: 0.5,
  "ctrl+u": -0.5,
  pageup: -0.5,
};
const WHEEL: Readonly<Record<string, number>> = { wheel_down: 3, wheel_up: -3 };

/** Keys in as many columns as there is room for, read from top to bottom. */
function inCells(bindings: readonly PageBinding[], columns: number): Line[] {
  const across = Math.max(1, Math.floor(columns / CELL_COLUMNS));
  const down = Math.ceil(bindings.length / across);
  const width = Math.floor(columns / across);
  const lines: Line[] = [];
  for (let row = 0; row < down; row++) {
    const cells = Array.from({ length: across }, (_, column) => bindings[column * down + row]);
    lines.push(cells.flatMap((binding) =>
      binding === undefined ? [] : fitLine([
        {
          text: ` ${binding.keys.map(keyLabel).join(" ").padEnd(KEY_COLUMNS)} `,
          style: { isBold: true },
        },
        { text: binding.help },
      ], width)
    ));
  }
  return lines;
}

function wrapMarks(columns: number): Line[] {
  const marks: Line[] = [[]];
  let used = 0;
  for (const { symbol, kind, style } of KIND_MARKS) {
    const needed = kind.length + 5;
    if (used + needed > columns) {
      marks.push([]);
      used = 0;
    }
    const line = marks[marks.length - 1];
    marks[marks.length - 1] = [...line, { text: ` ${symbol} `, style }, { text: `${kind}  ` }];
    used += needed;
  }
  return marks;
}
