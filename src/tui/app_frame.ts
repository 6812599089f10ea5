import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Frame, type Line, lineWidth } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { truncateText } from "../terminal/text_width.ts";
import { countText, formatCount } from "../views/count_text.ts";
import type { TraceSort } from "../views/trace_selection.ts";
import type { AppAction } from "./app_bindings.ts";
import {
  type AppState,
  currentPage,
  isOver,
  pageContext,
  rowsAbove,
  rowsBelow,
} from "./app_state.ts";
import { type Bar, type BarItem, layOutBar } from "./bar.ts";
import type { Connection } from "../views/trace_feed.ts";
import type { Prompt, TabName } from "./page.ts";
import { playerLine } from "./player_bar.ts";
import { queryBarLines } from "./query_bar_frame.ts";
import { DIM } from "./span_text.ts";

const BAR: Style = { isInverse: true };
const PLAIN: Style = {};

/** What the screen shows in a state. Pure; its cost depends on the screen, not on what is stored. */
export function appFrame(state: AppState): Frame {
  const page = currentPage(state);
  const context = pageContext(state);
  const lines: Line[] = [];
  if (rowsAbove(state) > 0) lines.push(tabBar(state).line);
  const pageLines = page.frame(context).slice(0, context.size.rows);
  lines.push(...pageLines);
  for (let row = pageLines.length; row < context.size.rows; row++) lines.push([]);
  const { player } = state;
  if (player !== undefined && rowsBelow(state) > 1) {
    const { offsetMinutes } = state;
    lines.push(playerLine(player, { columns: state.size.columns, offsetMinutes }).line);
  }
  const { prompt } = page;
  const { queryBar, size } = state;
  if (queryBar !== undefined) {
    const bar = queryBarLines(queryBar, size.columns, context.size.rows + 1);
    lines.splice(lines.length - bar.length + 1, bar.length - 1, ...bar);
  } else {
    lines.push(prompt === undefined ? statusBar(state).line : promptLine(prompt, size.columns));
  }
  // On a screen of one line only the status bar is left.
  return lines.slice(-state.size.rows);
}

/** What a click on one of the app's own lines does. */
export function barActionAt(
  state: AppState,
  { row, column }: { row: number; column: number },
): AppAction | undefined {
  if (row === state.size.rows - 1) {
    return currentPage(state).prompt === undefined ? statusBar(state).actionAt(column) : undefined;
  }
  return row === 0 && rowsAbove(state) > 0 ? tabBar(state).actionAt(column) : undefined;
}

const TAB_LABELS: Readonly<Record<TabName, string>> = {
  traces: "Traces",
  statistics: "Statistics",
  services: "Services",
  diff: "Diff",
};
const TAB_ACTIONS: readonly AppAction[] = ["tab_1", "tab_2", "tab_3", "tab_4"];

function tabBar(state: AppState): Bar<AppAction> {
  const left = state.tabs.map(({ name }, index): BarItem<AppAction> => ({
    text: `${index + 1} ${TAB_LABELS[name]}`,
    rank: index === state.tab ? 0 : 2,
    style: index === state.tab ? { isBold: true, isUnderlined: true } : undefined,
    action: TAB_ACTIONS[index],
  }));
  // The order is that of the list.
  const isList = state.tab === 0 && state.tabs[0].pages.length === 1;
  const right = [...queryItems(state), ...(isList ? [sortItem(state)] : [])];
  return layOutBar({ left, right }, { columns: state.size.columns, style: PLAIN });
}

/** The query that is applied: what is shown is not all there is. */
function queryItems({ query, progress, size }: AppState): BarItem<AppAction>[] {
  const items: BarItem<AppAction>[] = [];
  if (progress !== undefined && progress.traceCount > 0) {
    const percent = Math.floor(progress.judgedCount / progress.traceCount * 100);
    items.push({ text: `${percent} %`, rank: 3, style: DIM });
  }
  if (query === undefined) return items;
  const room = Math.max(8, Math.floor(size.columns / 2));
  const text = truncateText(escapeText(query.text.slice(0, size.columns)), room);
  items.push({
    text: `where ${text}`,
    rank: 1,
    style: { isBold: true, color: "cyan" },
    action: "query",
  });
  return items;
}

function sortItem({ sort }: AppState): BarItem<AppAction> {
  return { text: `sort: ${sortLabel(sort)}`, rank: 4, style: DIM, action: "sort" };
}

/** What a list is sorted by, in words. */
export function sortLabel(sort: TraceSort | undefined): string {
  return sort ?? "arrival";
}

const CONNECTION_LABELS: Readonly<Record<Connection, string>> = {
  loading: "loading",
  live: "live",
  ended: "session ended",
  end_of_file: "end of file",
  failed: "failed",
};

function connectionText({ connection, feed }: AppState): string {
  const label = CONNECTION_LABELS[connection];
  if (connection !== "loading" || feed.progress === undefined) return label;
  return `${label} ${Math.floor(feed.progress * 100)} %`;
}

/** The last line of the screen: where the spans come from, how many there are, what was lost. */
function statusBar(state: AppState): Bar<AppAction> {
  const items = { left: leftItems(state), right: rightItems(state) };
  return layOutBar(items, { columns: state.size.columns, style: BAR });
}

function leftItems(state: AppState): BarItem<AppAction>[] {
  if (state.notice !== undefined) return [{ text: escapeText(state.notice), rank: 0 }];
  const { traces } = state;
  const items: BarItem<AppAction>[] = rowsAbove(state) === 0 ? queryItems(state) : [];
  if (state.isPaused) items.push(pausedItem(state.feed.waitingSpanCount ?? 0));
  items.push(
    { text: escapeText(state.feed.title.slice(0, 200)), rank: 5 },
    { text: connectionText(state), rank: 1 },
    { text: countText(traces.traceCount, "trace"), rank: 3 },
    { text: countText(traces.spanCount, "span"), rank: 7 },
  );
  if (traces.runningCount > 0) {
    const word = isOver(state) ? "unfinished" : "running";
    items.push({ text: `${formatCount(traces.runningCount)} ${word}`, rank: 4 });
  }
  if (traces.errorCount > 0) items.push({ text: countText(traces.errorCount, "error"), rank: 4 });
  if (state.skippedSpanCount > 0) {
    items.push({ text: `${formatCount(state.skippedSpanCount)} skipped`, rank: 2 });
  }
  const forgotten = Object.values(traces.droppedSpans).reduce((sum, count) => sum + count, 0);
  if (forgotten > 0) items.push({ text: `${formatCount(forgotten)} forgotten`, rank: 6 });
  return items;
}

function pausedItem(spanCount: number): BarItem<AppAction> {
  const waiting = spanCount > 0 ? `, ${countText(spanCount, "new span")}` : "";
  return { text: `PAUSED${waiting}`, rank: 0, action: "pause" };
}

function rightItems(state: AppState): BarItem<AppAction>[] {
  const page = currentPage(state);
  const told = page.status?.(pageContext(state)) ?? [];
  return [
    ...told.map((text, index): BarItem<AppAction> => ({
      text: escapeText(text.slice(0, 200)),
      rank: index + 1,
    })),
    { text: "? help", rank: 8, action: "help" },
  ];
}

function promptLine({ label, text }: Prompt, columns: number): Line {
  // The end of what is typed stays in sight.
  let shown = escapeText(text);
  while (shown !== "" && lineWidth([{ text: shown }]) > columns - 3) {
    shown = [...shown].slice(1).join("");
  }
  return fitLine([{ text: ` ${label}${shown}` }, { text: " ", style: BAR }], columns);
}
