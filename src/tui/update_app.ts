import type { TerminalInput } from "../terminal/keys.ts";
import { type PlayerState, seekShare, stepTo, tick } from "../views/player.ts";
import { TRACE_SORTS, type TraceSort } from "../views/trace_selection.ts";
import { ALWAYS, type AppAction, appActionOf } from "./app_bindings.ts";
import { barActionAt, sortLabel } from "./app_frame.ts";
import {
  type AppState,
  currentPage,
  isOver,
  pageContext,
  rowsAbove,
  rowsBelow,
  type Tab,
} from "./app_state.ts";
import { createDiffPage } from "./diff_page.ts";
import { HelpPage } from "./help_page.ts";
import type { Effect, Message } from "./message.ts";
import { compileQuery, type SpanQuery } from "../query/compile_query.ts";
import { QueryError } from "../query/query_error.ts";
import type { Page, PageCommand, PageUpdate, TabName } from "./page.ts";
import { TracesPage } from "./traces_page.ts";
import { playerActionOf, playerLine, updatePlayer } from "./player_bar.ts";
import {
  openQueryBar,
  type QueryBar,
  type QueryBarContext,
  refreshQueryBar,
  updateQueryBar,
} from "./query_bar.ts";

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
    case "tick": {
      const next = isOver(state) ? state : { ...state, nowUnixNano: message.nowUnixNano };
      const { player } = next;
      if (player === undefined || !player.isPlaying) return { state: next };
      const { nextActivity } = message;
      return withPlayer(next, tick(player, message.elapsedMs ?? 0, nextActivity));
    }
    case "player":
      return { state: { ...state, player: message.player } };
    case "step_to": {
      const { player } = state;
      if (player === undefined) return { state };
      if (message.unixNano === undefined) {
        return { state: { ...state, notice: "No trace starts there" } };
      }
      return withPlayer(state, stepTo(player, message.unixNano));
    }
    case "worked":
      // Keys may have changed the page meanwhile.
      return currentPage(state) === message.page
        ? { state: withPages(state, (pages) => [...pages.slice(0, -1), message.next]) }
        : { state };
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
    case "traces":
      return { state: { ...state, traces: message.traces, progress: message.progress } };
    case "names": {
      const { queryBar } = state;
      if (queryBar === undefined) return { state };
      return {
        state: { ...state, queryBar: refreshQueryBar(queryBar, queryBarContext(state)) },
      };
    }
    case "changed":
      return { state };
  }
}

function updateByInput(state: AppState, input: TerminalInput): AppUpdate {
  const action = input.type === "key" ? appActionOf(input.key) : undefined;
  if (action !== undefined && ALWAYS.has(action)) return ACTIONS[action](state);
  if (state.queryBar !== undefined) return updateByQueryBar(state, state.queryBar, input);
  if (input.type === "mouse") return updateByMouse(state, input);
  const playerUpdate = updateByPlayer(state, input);
  if (playerUpdate !== undefined) return playerUpdate;
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
  if (input.button !== "left") return { state };
  if (state.player !== undefined && input.row === state.size.rows - rowsBelow(state)) {
    return clickPlayer(state, state.player, input);
  }
  if (input.action !== "press") return { state };
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
      return copy(state, command);
    case "browse":
      return { state, effect: { type: "browse", path: command.path } };
    case "notice":
      return { state: { ...state, notice: command.text } };
    case "query":
      return applyQueryText(state, command.text);
    case "sort":
      return sortBy(state, command.step);
    case "diff":
      return showDiff(state, command.traceIds);
  }
}

const ACTIONS: Readonly<Record<AppAction, (state: AppState) => AppUpdate>> = {
  next_tab: (state) => showTab(state, (state.tab + 1) % state.tabs.length),
  previous_tab: (state) => showTab(state, (state.tab + state.tabs.length - 1) % state.tabs.length),
  tab_1: (state) => showTab(state, 0),
  tab_2: (state) => showTab(state, 1),
  tab_3: (state) => showTab(state, 2),
  tab_4: (state) => showTab(state, 3),
  query: (state) => {
    const queryBar = openQueryBar(state.query?.text ?? "", queryBarContext(state));
    return { state: { ...state, queryBar }, effect: { type: "learn_names" } };
  },
  sort: (state) => sortBy(state, 1),
  pause,
  player: (state) =>
    isOver(state) ? { state, effect: { type: "play", isOn: state.player === undefined } } : {
      state: {
        ...state,
        notice: "Only a recording can be played, once it has been read",
      },
    },
  browse: (state) => ({ state, effect: { type: "browse", path: browserPath(state) } }),
  help: (state) => ({
    state: withPages(state, (pages) => [...pages, HelpPage.of(currentPage(state))]),
  }),
  // From the last page there is no way back but to all traces.
  escape: (state) =>
    state.tab === 0 && state.tabs[0].pages.length === 1 && state.query !== undefined
      ? applyQuery(state, undefined)
      : { state: back(state) },
  back: (state) => ({ state: back(state) }),
  quit_or_back: (state) =>
    state.tabs[state.tab].pages.length > 1 || state.tabs[state.tab].name === "diff"
      ? { state: back(state) }
      : { state, effect: { type: "quit" } },
  redraw: (state) => ({ state, effect: { type: "redraw" } }),
  suspend: (state) => ({ state, effect: { type: "suspend" } }),
  quit: (state) => ({ state, effect: { type: "quit" } }),
};

/** Where the browser shows what is shown here. */
function browserPath({ tabs, tab, query }: AppState): string {
  const path = BROWSER_PATHS[tabs[tab].name];
  return query === undefined ? path : `${path}?where=${encodeURIComponent(query.text)}`;
}

const BROWSER_PATHS: Readonly<Record<TabName, string>> = {
  traces: "/",
  statistics: "/stats",
  services: "/services",
  diff: "/diff",
};

function queryBarContext({ names, queryHistory }: AppState): QueryBarContext {
  return { names, history: queryHistory };
}

function updateByQueryBar(state: AppState, bar: QueryBar, input: TerminalInput): AppUpdate {
  const next = updateQueryBar(bar, input, queryBarContext(state));
  switch (next.type) {
    case "bar":
      return { state: { ...state, queryBar: next.bar } };
    case "close":
      return { state: { ...state, queryBar: undefined } };
    case "apply":
      return applyQuery({ ...state, queryBar: undefined }, next.query);
  }
}

const MAX_HISTORY = 100;

function applyQuery(state: AppState, query: SpanQuery | undefined): AppUpdate {
  const { queryHistory, sort } = state;
  const history = query === undefined
    ? queryHistory
    : [...queryHistory.filter((text) => text !== query.text), query.text].slice(-MAX_HISTORY);
  return {
    state: { ...state, query, queryHistory: history },
    effect: { type: "select", query, sort },
  };
}

/** Applies a query that a page has made, and shows the list. */
function applyQueryText(state: AppState, text: string): AppUpdate {
  try {
    const list = showFirstPage({ ...state, tab: 0 });
    return applyQuery(list, compileQuery(text));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { state: { ...state, notice: error.message } };
  }
}

function showFirstPage(state: AppState): AppState {
  return withPages(state, (pages) => pages.slice(0, 1));
}

/** The orders that keys go through; `undefined` is the one in which traces were first seen. */
const SORTS: readonly (TraceSort | undefined)[] = [undefined, ...TRACE_SORTS];

function sortBy(state: AppState, step: 1 | -1): AppUpdate {
  const index = SORTS.indexOf(state.sort) + step;
  const sort = SORTS[(index + SORTS.length) % SORTS.length];
  const notice = `Sorted by ${sortLabel(sort)}`;
  // New traces come at the end of one order only.
  const isFollowing = sort === undefined && state.connection === "live";
  return {
    state: { ...withList(state, (list) => list.fromTop({ isFollowing })), sort, notice },
    effect: { type: "select", query: state.query, sort },
  };
}

function withList(state: AppState, change: (list: TracesPage) => TracesPage): AppState {
  const tabs = state.tabs.map((tab): Tab => {
    const [first, ...others] = tab.pages;
    return first instanceof TracesPage ? { ...tab, pages: [change(first), ...others] } : tab;
  });
  return { ...state, tabs };
}

function pause(state: AppState): AppUpdate {
  const { isPaused } = state;
  if (!isPaused && (state.feed.pause === undefined || state.connection !== "live")) {
    return { state: { ...state, notice: "Nothing comes that could be paused" } };
  }
  return {
    state: { ...state, isPaused: !isPaused },
    effect: { type: "pause", isPaused: !isPaused },
  };
}

/** Terminals refuse more, or are slow with it. */
const MAX_COPIED_LENGTH = 64 * 1024;

function copy(state: AppState, { text, what }: { text: string; what: string }): AppUpdate {
  const isWhole = text.length <= MAX_COPIED_LENGTH;
  const length = text.length.toLocaleString("en");
  const notice = isWhole
    ? `Copied ${what}, ${length} characters, if the terminal allows it`
    : `Not copied: ${what} has ${length} characters, at most ${
      MAX_COPIED_LENGTH.toLocaleString("en")
    } can be`;
  const effect: Effect | undefined = isWhole ? { type: "copy", text } : undefined;
  return { state: { ...state, notice }, effect };
}

function updateByPlayer(state: AppState, input: TerminalInput): AppUpdate | undefined {
  const { player } = state;
  if (player === undefined || input.type !== "key") return undefined;
  // A text that is being typed into the page gets its keys first.
  if (currentPage(state).prompt !== undefined) return undefined;
  const action = playerActionOf(input);
  switch (action) {
    case undefined:
      return undefined;
    case "close":
      return { state, effect: { type: "play", isOn: false } };
    case "next_start":
      return { state, effect: { type: "step", unixNano: player.atUnixNano, step: 1 } };
    case "previous_start":
      return { state, effect: { type: "step", unixNano: player.atUnixNano, step: -1 } };
    default:
      return withPlayer(state, updatePlayer(player, action));
  }
}

function clickPlayer(state: AppState, player: PlayerState, input: MouseInput): AppUpdate {
  const { from, to } = playerLine(player, {
    columns: state.size.columns,
    offsetMinutes: state.offsetMinutes,
  });
  if (input.action !== "press" && input.action !== "drag") return { state };
  if (input.column < from) {
    return input.action === "press" ? withPlayer(state, updatePlayer(player, "toggle")) : { state };
  }
  if (input.column >= to) return { state };
  return withPlayer(state, seekShare(player, (input.column - from) / Math.max(1, to - from - 1)));
}

function withPlayer(state: AppState, player: PlayerState): AppUpdate {
  return {
    state: { ...state, player },
    effect: { type: "seek", unixNano: player.atUnixNano },
  };
}

function showTab(state: AppState, tab: number): AppUpdate {
  if (state.tabs[tab] !== undefined) return { state: { ...state, tab } };
  return { state: { ...state, notice: "Mark two traces with m to compare them" } };
}

/** Shows how a second trace differs from a first one, in a tab that goes on being there. */
function showDiff(state: AppState, traceIds: readonly [string, string]): AppUpdate {
  const others = state.tabs.filter(({ name }) => name !== "diff");
  const tabs = [...others, { name: "diff" as const, pages: [createDiffPage(traceIds)] }];
  return { state: { ...state, tabs, tab: tabs.length - 1 } };
}

function back(state: AppState): AppState {
  // Behind the first page of the other tabs are the traces.
  if (state.tabs[state.tab].pages.length === 1) return { ...state, tab: 0 };
  return withPages(state, (pages) => pages.length > 1 ? pages.slice(0, -1) : pages);
}

function withPages(state: AppState, change: (pages: readonly Page[]) => readonly Page[]): AppState {
  const tabs = state.tabs.map((tab, index): Tab =>
    index === state.tab ? { ...tab, pages: change(tab.pages) } : tab
  );
  return { ...state, tabs };
}
