import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Frame, type Line, type Size } from "../terminal/frame.ts";
import { FramePacer } from "../terminal/frame_pacer.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import type { TerminalIo } from "../terminal/terminal_io.ts";
import { TerminalSession } from "../terminal/terminal_session.ts";
import { fitText, textWidth } from "../terminal/text_width.ts";
import { DIM } from "./span_text.ts";

/** Something to choose. */
export interface PickerItem {
  readonly name: string;
  /** What else helps to tell it from the others: its age, how much is in it. */
  readonly facts: readonly string[];
}

/** What is chosen from, and where the user stands. */
export interface PickerState {
  readonly title: string;
  readonly items: readonly PickerItem[];
  readonly selected: number;
  readonly size: Size;
}

/** What became of a picker: a number is the item that was chosen, `quit` that none was. */
export type PickerUpdate = PickerState | number | "quit";

/** The picker after an input. */
export function updatePicker(state: PickerState, input: TerminalInput): PickerUpdate {
  const { items, selected, size } = state;
  function select(index: number): PickerState {
    return { ...state, selected: Math.max(0, Math.min(items.length - 1, index)) };
  }
  if (input.type === "paste") return state;
  if (input.type === "mouse") {
    if (input.action === "wheel_down") return select(selected + 1);
    if (input.action === "wheel_up") return select(selected - 1);
    const index = firstShown(state) + input.row - ROWS_ABOVE;
    if (input.action !== "press" || input.row < ROWS_ABOVE || index >= items.length) return state;
    return input.clickCount === 2 ? index : select(index);
  }
  switch (input.key) {
    case "j":
    case "down":
      return select(selected + 1);
    case "k":
    case "up":
      return select(selected - 1);
    case "g":
    case "home":
      return select(0);
    case "G":
    case "end":
      return select(items.length - 1);
    case "pagedown":
    case "ctrl+d":
      return select(selected + shownCount(size));
    case "pageup":
    case "ctrl+u":
      return select(selected - shownCount(size));
    case "enter":
    case "space":
    case "l":
    case "right":
      return selected;
    case "q":
    case "escape":
    case "ctrl+c":
      return "quit";
  }
  const digit = /^[1-9]$/.test(input.key) ? Number(input.key) : 0;
  return digit >= 1 && digit <= items.length ? digit - 1 : state;
}

/** The title and a blank line. */
const ROWS_ABOVE = 2;

function shownCount({ rows }: Size): number {
  return Math.max(1, rows - ROWS_ABOVE - 1);
}

/** The selected item is kept in sight, in the middle if there is enough around it. */
function firstShown({ items, selected, size }: PickerState): number {
  const count = shownCount(size);
  return Math.max(0, Math.min(selected - (count >> 1), items.length - count));
}

/** What the picker shows. */
export function pickerFrame(state: PickerState): Frame {
  const { items, selected, size } = state;
  const { columns } = size;
  const first = firstShown(state);
  const shown = items.slice(first, first + shownCount(size));
  const names = items.map(({ name }) => escapeText(name.slice(0, columns * 2)));
  const nameColumns = Math.min(Math.max(...names.map(textWidth)), Math.floor(columns * 0.6));
  const factColumns = (items[0]?.facts ?? []).map((_, column) =>
    Math.max(...items.map(({ facts }) => textWidth(escapeText(facts[column] ?? ""))))
  );
  const lines: Line[] = [
    fitLine([{ text: ` ${state.title}`, style: { isBold: true } }], columns),
    [],
    ...shown.map((item, row): Line => {
      const index = first + row;
      const digit = index < 9 ? `${index + 1}` : " ";
      const facts = item.facts.map((fact, column) =>
        fitText(escapeText(fact), factColumns[column])
      );
      const isSelected = index === selected;
      const line: Line = [
        { text: isSelected ? `▌${digit} ` : ` ${digit} ` },
        { text: `${fitText(names[index], nameColumns)}  ` },
        { text: facts.join("  "), style: DIM },
      ];
      return isSelected
        ? fitLine(
          [{ text: line.map(({ text }) => text).join(""), style: SELECTED }],
          columns,
          SELECTED,
        )
        : fitLine(line, columns);
    }),
  ];
  while (lines.length < size.rows - 1) lines.push([]);
  lines.push(fitLine([{ text: " ↑ ↓ select  Enter opens  q quits", style: DIM }], columns));
  return lines.slice(-size.rows);
}

const SELECTED = { isInverse: true };

/**
 * Lets the user choose one of some items.
 *
 * @returns The place of the one that was chosen; `undefined` when none was.
 */
export async function runPicker(
  options: {
    terminal: TerminalIo;
    title: string;
    items: readonly PickerItem[];
    isColored: boolean;
    hasMouse?: boolean;
    signal?: AbortSignal;
  },
): Promise<number | undefined> {
  const { terminal, title, items, signal } = options;
  const { promise: choice, resolve: end, reject: fail } = Promise.withResolvers<
    number | undefined
  >();
  let state: PickerState = { title, items, selected: 0, size: terminal.size() };
  function onInput(input: TerminalInput): void {
    const next = updatePicker(state, input);
    if (next === "quit") return end(undefined);
    if (typeof next === "number") return end(next);
    state = next;
    pacer.request();
  }
  using pacer = new FramePacer(async () => {
    try {
      await session.draw(pickerFrame(state));
    } catch (error) {
      fail(error);
    }
  });
  using session = new TerminalSession(terminal, {
    isColored: options.isColored,
    hasMouse: options.hasMouse,
    listener: {
      onInput,
      onResize(size): void {
        state = { ...state, size };
        pacer.request();
      },
      onEnd: () => end(undefined),
      onInputEnd: () => end(undefined),
    },
  });
  const abort = (): void => end(undefined);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  pacer.request();
  try {
    return await choice;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
