import type { TerminalInput } from "../terminal/keys.ts";
import { ALWAYS, type AppAction, appActionOf } from "./app_bindings.ts";
import { barActionAt } from "./app_frame.ts";
import {
  type AppState,
  currentPage,
  isOver,
  pageContext,
  rowsAbove,
  type Tab,
} from "./app_state.ts";
import { HelpPage } from "./help_page.ts";
import type { Effect, Message } from "./message.ts";
import type { Page, PageCommand, PageUpdate } from "./page.ts";

/** The state after a message, and what is to be done. */
export interface AppUpdate {
  readonly state: AppState;
  readonly effect?: Effect;
}

/** The app after a message. Pure: it reads the traces, and changes nothing. */
export function updateApp(state: AppState, message: Message): AppUpdate {
  switch (message.type) {
    case "key":
    case "paste":
    case "mouse":
      return updateByInput({ ...state, notice: undefined }, message);
    case "resize":
      return { state: { ...state, size: message.size } };
    case "tick":
      return { state: isOver(state) ? state : { ...state, nowUnixNano: message.nowUnixNano } };
    case "connection": {
      const { connection, text } = message;
      return { state: { ...state, connection, notice: text ?? state.notice } };
    }
    case "notice":
      return { state: { ...state, notice: message.text } };
    case "skipped":
      return {
        state: { ...state, skippedSpanCount: state.skippedSpanCount + message.spanCount },
      };
    case "waiting":
      return state.pausedSpanCount === undefined
        ? { state }
        : { state: { ...state, pausedSpanCount: message.spanCount } };
  }
}

function updateByInput(state: AppState, input: TerminalInput): AppUpdate {
  const action = input.type === "key" ? appActionOf(input.key) : undefined;
  if (action !== undefined && ALWAYS.has(action)) return ACTIONS[action](state);
  if (input.type === "mouse") return updateByMouse(state, input);
  const next = currentPage(state).update(input, pageContext(state));
  if (next !== undefined) return afterPage(state, next);
  return action === undefined ? { state } : ACTIONS[action](state);
}

type MouseInput = Extract<TerminalInput, { type: "mouse" }>;

function updateByMouse(state: AppState, input: MouseInput): AppUpdate {
  const context = pageContext(state);
  const row = input.row - rowsAbove(state);
  if (row >= 0 && row < context.size.rows) {
    const next = currentPage(state).update({ ...input, row }, context);
    return next === undefined ? { state } : afterPage(state, next);
  }
  if (input.action !== "press" || input.button !== "left") return { state };
  const action = barActionAt(state, input);
  return action === undefined ? { state } : ACTIONS[action](state);
}

function afterPage(state: AppState, { page, command }: PageUpdate): AppUpdate {
  const next = withPages(state, (pages) => [...pages.slice(0, -1), page]);
  return command === undefined ? { state: next } : runCommand(next, command);
}

function runCommand(state: AppState, command: PageCommand): AppUpdate {
  switch (command.type) {
    case "open":
      return { state: withPages(state, (pages) => [...pages, command.page]) };
    case "back":
      return { state: back(state) };
    case "copy":
      return { state, effect: { type: "copy", text: command.text } };
    case "browse":
      return { state, effect: { type: "browse", path: command.path } };
    case "notice":
      return { state: { ...state, notice: command.text } };
    case "query":
    case "sort":
    case "diff":
      return { state };
  }
}

const ACTIONS: Readonly<Record<AppAction, (state: AppState) => AppUpdate>> = {
  next_tab: (state) => showTab(state, (state.tab + 1) % state.tabs.length),
  previous_tab: (state) => showTab(state, (state.tab + state.tabs.length - 1) % state.tabs.length),
  tab_1: (state) => showTab(state, 0),
  tab_2: (state) => showTab(state, 1),
  tab_3: (state) => showTab(state, 2),
  tab_4: (state) => showTab(state, 3),
  query: (state) => ({ state }),
  pause: (state) => ({ state }),
  player: (state) => ({ state }),
  browse: (state) => ({ state, effect: { type: "browse", path: "/" } }),
  help: (state) => ({
    state: withPages(state, (pages) => [...pages, HelpPage.of(currentPage(state))]),
  }),
  escape: (state) => ({ state: back(state) }),
  back: (state) => ({ state: back(state) }),
  quit_or_back: (state) =>
    state.tabs[state.tab].pages.length > 1
      ? { state: back(state) }
      : { state, effect: { type: "quit" } },
  redraw: (state) => ({ state, effect: { type: "redraw" } }),
  suspend: (state) => ({ state, effect: { type: "suspend" } }),
  quit: (state) => ({ state, effect: { type: "quit" } }),
};

function showTab(state: AppState, tab: number): AppUpdate {
  return { state: state.tabs[tab] === undefined ? state : { ...state, tab } };
}

function back(state: AppState): AppState {
  return withPages(state, (pages) => pages.length > 1 ? pages.slice(0, -1) : pages);
}

function withPages(state: AppState, change: (pages: readonly Page[]) => readonly Page[]): AppState {
  const tabs = state.tabs.map((tab, index): Tab =>
    index === state.tab ? { ...tab, pages: change(tab.pages) } : tab
  );
  return { ...state, tabs };
}
