import { fitLine, type Frame, type Line, type Segment, type Size } from "../terminal/frame.ts";
import type { MouseInput, TerminalInput } from "../terminal/keys.ts";
import { textWidth } from "../terminal/text_width.ts";
import { formatCount } from "../views/count_text.ts";
import {
  CURSOR_BINDINGS,
  LIST_START,
  type ListCursor,
  moveCursor,
  selectRow,
} from "./list_cursor.ts";
import type { Page, PageBinding, PageContext, PageUpdate } from "./page.ts";
import { DIM } from "./span_text.ts";
import type { AnySheet } from "./stats_sheet.ts";
import { STATS_TABS, type StatsTab } from "./stats_tabs.ts";
import { analysisOf, type AnalysisResult } from "./trace_analysis.ts";
import { createTracePage } from "./trace_page.ts";
import { wrapText } from "./wrap_text.ts";

const BINDINGS: readonly PageBinding[] = [
  ...CURSOR_BINDINGS,
  { keys: ["l", "right"], help: "next table" },
  { keys: ["h", "left"], help: "previous table" },
  { keys: ["s"], help: "sort by the next figure" },
  { keys: ["S"], help: "sort by the previous figure" },
  { keys: ["enter"], help: "traces of the row" },
  { keys: ["v"], help: "one trace of the row (N+1, errors)" },
  { keys: ["y"], help: "copy the name" },
];

/** While all is being counted, the figures on the screen change this often. */
const REFRESH_MS = 300;
/** From here on the selected row is told in full below the table. */
const MIN_ROWS_WITH_NOTES = 12;
const NOTE_ROWS = 4;

interface StatisticsState {
  readonly tab: number;
  /** By tab: which of its sorts. */
  readonly sorts: readonly number[];
  readonly cursor: ListCursor;
  /** What is shown of what has been counted. */
  readonly shown: StatsSnapshot | undefined;
}

/** The figures of all traces: operations, statements, repeated calls, errors, critical paths. */
export class StatisticsPage implements Page {
  readonly title = "Statistics";
  readonly bindings: readonly PageBinding[] = BINDINGS;
  readonly #state: StatisticsState;

  constructor(state: StatisticsState) {
    this.#state = state;
  }

  status(context: PageContext): readonly string[] {
    const analysis = analysisOf(context.traces);
    const texts: string[] = [];
    if (analysis.isPartial) texts.push(`counting ${Math.floor(analysis.progress * 100)}%`);
    const lost = this.#state.shown && tabOf(this.#state).lost?.(this.#state.shown.result);
    if (lost !== undefined) texts.push(lost);
    if (analysis.waitingCount > 0) {
      texts.push(`${formatCount(analysis.waitingCount)} running not counted`);
    }
    return texts;
  }

  work(context: PageContext, budgetMs: number): Page | undefined {
    const analysis = analysisOf(context.traces);
    const work = analysis.work(context, budgetMs);
    const { shown } = this.#state;
    const { result } = analysis;
    const isNew = shown?.result !== result || shown.version !== result.version;
    const isDue = work !== "busy" || shown === undefined || shown.result !== result ||
      performance.now() >= shown.atMs + REFRESH_MS;
    if (isNew && isDue) {
      return new StatisticsPage({ ...this.#state, shown: new StatsSnapshot(result) });
    }
    return work === "idle" ? undefined : this;
  }

  update(input: TerminalInput, context: PageContext): PageUpdate | undefined {
    const state = this.#state;
    const sheet = sheetOf(state);
    if (input.type === "mouse" && input.action === "press") return this.#press(input, context);
    const size = tableSize(context.size);
    const cursor = moveCursor(fit(state, sheet, size), input, {
      count: sheet?.count ?? 0,
      height: size.rows - 1,
    });
    if (cursor !== undefined) return this.#with({ cursor });
    if (input.type !== "key") return undefined;
    switch (input.key) {
      case "l":
      case "right":
        return this.#with({ tab: nextTab(state, 1), cursor: LIST_START });
      case "h":
      case "left":
        return this.#with({ tab: nextTab(state, -1), cursor: LIST_START });
      case "s":
        return this.#sortBy(state.sorts[state.tab] + 1);
      case "S":
        return this.#sortBy(state.sorts[state.tab] - 1);
      default:
        return this.#act(input.key, sheet, fit(state, sheet, size).selected);
    }
  }

  frame(context: PageContext): Frame {
    const { size } = context;
    const state = this.#state;
    const sheet = sheetOf(state);
    if (sheet === undefined) {
      const text = context.traces.traceCount === 0 ? "No traces yet" : "Counting…";
      return fill([[{ text: ` ${text}`, style: DIM }]], size);
    }
    const table = tableSize(size);
    const cursor = fit(state, sheet, table);
    const lines: Line[] = size.rows >= 3 ? [tabLine(state, size.columns)] : [];
    lines.push(...sheet.lines(cursor, table));
    if (sheet.count === 0) lines.push([{ text: "  Nothing", style: DIM }]);
    if (size.rows < MIN_ROWS_WITH_NOTES) return fill(lines, size);
    const body = fill(lines, { ...size, rows: size.rows - NOTE_ROWS });
    const notes: Line[] = [[{ text: "─".repeat(size.columns), style: DIM }]];
    for (const note of sheet.notes(cursor.selected)) {
      const { lines } = wrapText(note, Math.max(1, size.columns - 2), NOTE_ROWS);
      for (const text of lines) notes.push([{ text: ` ${text}` }]);
    }
    return [...body, ...fill(notes, { ...size, rows: NOTE_ROWS })];
  }

  #with(change: Partial<StatisticsState>): PageUpdate {
    return { page: new StatisticsPage({ ...this.#state, ...change }) };
  }

  #sortBy(sort: number): PageUpdate {
    const { tab, sorts } = this.#state;
    const count = STATS_TABS[tab].sorts.length;
    return this.#with({ sorts: sorts.with(tab, (sort + count) % count), cursor: LIST_START });
  }

  #act(key: string, sheet: AnySheet | undefined, row: number): PageUpdate | undefined {
    switch (key) {
      case "enter": {
        const text = sheet?.query(row);
        if (text === undefined) return { page: this };
        return { page: this, command: { type: "query", text } };
      }
      case "v": {
        const sample = sheet?.sample(row);
        if (sample === undefined) {
          const text = "Only N+1 and errors know one of their traces; Enter shows all";
          return { page: this, command: { type: "notice", text } };
        }
        return { page: this, command: { type: "open", page: createTracePage(sample) } };
      }
      case "y": {
        const [text] = sheet?.notes(row) ?? [];
        return text === undefined
          ? { page: this }
          : { page: this, command: { type: "copy", text, what: "name" } };
      }
      default:
        return undefined;
    }
  }

  #press(input: MouseInput, { size }: PageContext): PageUpdate | undefined {
    const state = this.#state;
    const sheet = sheetOf(state);
    if (sheet === undefined || input.button !== "left" || size.rows < 3) return undefined;
    const table = tableSize(size);
    const cursor = fit(state, sheet, table);
    if (input.row === 0) {
      const place = tabPlaces(state, size.columns).find(({ from, to }) =>
        input.column >= from && input.column < to
      );
      return place && this.#with({ tab: place.tab, cursor: LIST_START });
    }
    if (input.row === 1) {
      const title = sheet.titleAt(cursor, table, input.column);
      const sort = tabOf(state).sorts.findIndex((each) => each.title === title);
      return sort < 0 ? { page: this } : this.#sortBy(sort);
    }
    const row = cursor.top + input.row - 2;
    if (row >= sheet.count || input.row - 1 >= table.rows) return undefined;
    if (input.clickCount > 1) return this.#act("enter", sheet, row);
    return this.#with({
      cursor: selectRow(cursor, row, { count: sheet.count, height: table.rows - 1 }),
    });
  }
}

/** Opens the page of statistics. */
export function createStatisticsPage(): Page {
  return new StatisticsPage({
    tab: 0,
    sorts: STATS_TABS.map(() => 0),
    cursor: LIST_START,
    shown: undefined,
  });
}

/** What had been counted at one moment, and the sheets made of it. */
class StatsSnapshot {
  readonly result: AnalysisResult;
  readonly version: number;
  readonly atMs: number = performance.now();
  readonly counts: readonly number[];
  readonly #sheets = new Map<string, AnySheet>();

  constructor(result: AnalysisResult) {
    this.result = result;
    this.version = result.version;
    this.counts = STATS_TABS.map((tab) => tab.count(result));
  }

  sheet(tab: number, sort: number): AnySheet {
    const key = `${tab} ${sort}`;
    let sheet = this.#sheets.get(key);
    if (sheet === undefined) {
      const { sorts } = STATS_TABS[tab];
      this.#sheets.set(key, sheet = STATS_TABS[tab].sheet(this.result, sorts[sort]));
    }
    return sheet;
  }
}

function tabOf({ tab }: StatisticsState): StatsTab {
  return STATS_TABS[tab];
}

function sheetOf({ shown, tab, sorts }: StatisticsState): AnySheet | undefined {
  return shown?.sheet(tab, sorts[tab]);
}

function tableSize({ columns, rows }: Size): Size {
  const tabRows = rows >= 3 ? 1 : 0;
  return { columns, rows: rows - tabRows - (rows >= MIN_ROWS_WITH_NOTES ? NOTE_ROWS : 0) };
}

/** The cursor where it fits: rows come and go while they are counted. */
function fit({ cursor }: StatisticsState, sheet: AnySheet | undefined, table: Size): ListCursor {
  return selectRow(cursor, cursor.selected, { count: sheet?.count ?? 0, height: table.rows - 1 });
}

/** Tables that are empty and not among the main ones are passed over. */
function isShown({ shown, tab }: StatisticsState, at: number): boolean {
  return at === tab || STATS_TABS[at].isMain || (shown?.counts[at] ?? 0) > 0;
}

function nextTab(state: StatisticsState, step: 1 | -1): number {
  const count = STATS_TABS.length;
  let tab = state.tab;
  do tab = (tab + step + count) % count; while (!isShown(state, tab));
  return tab;
}

interface TabPlace {
  readonly tab: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The tabs that have room, the selected one among them. */
function tabPlaces(state: StatisticsState, columns: number): TabPlace[] {
  const labels = STATS_TABS.map(({ title }, tab) => {
    const text = `${title} ${formatCount(state.shown?.counts[tab] ?? 0)}`;
    return { tab, text: tab === state.tab ? `[${text}]` : ` ${text} ` };
  }).filter(({ tab }) => isShown(state, tab));
  let first = 0;
  const at = labels.findIndex(({ tab }) => tab === state.tab);
  const widthTo = (): number =>
    labels.slice(first, at + 1).reduce((sum, { text }) => sum + textWidth(text), 1);
  while (first < at && widthTo() > columns) first++;
  const places: TabPlace[] = [];
  let from = first > 0 ? 1 : 0;
  for (const { tab, text } of labels.slice(first)) {
    const to = from + textWidth(text);
    places.push({ tab, text, from, to });
    if (to > columns) break;
    from = to;
  }
  return places;
}

function tabLine(state: StatisticsState, columns: number): Line {
  const places = tabPlaces(state, columns);
  const line: Segment[] = places[0].from > 0 ? [{ text: "‹", style: DIM }] : [];
  for (const { tab, text } of places) {
    line.push({ text, style: tab === state.tab ? { isBold: true, isInverse: true } : DIM });
  }
  return fitLine(line, columns);
}

function fill(lines: readonly Line[], { columns, rows }: Size): Line[] {
  const filled = lines.slice(0, rows).map((line) => fitLine(line, columns));
  while (filled.length < rows) filled.push(fitLine([], columns));
  return filled;
}
