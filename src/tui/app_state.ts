import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { QueryNames } from "../query/query_names.ts";
import type { Size } from "../terminal/frame.ts";
import type { PlayerState } from "../views/player.ts";
import type { SelectionProgress, TraceSort } from "../views/trace_selection.ts";
import type { Connection, TraceFeed } from "../views/trace_feed.ts";
import type { Page, PageContext, TabName } from "./page.ts";
import type { QueryBar } from "./query_bar.ts";
import { createServicesPage } from "./services_page.ts";
import { createStatisticsPage } from "./statistics_page.ts";
import { TracesPage } from "./traces_page.ts";

/** A tab: pages on top of each other, the last of which is shown. */
export interface Tab {
  readonly name: TabName;
  readonly pages: readonly Page[];
}

/** Everything the terminal view shows. Only the traces in it change on their own, as spans arrive. */
export interface AppState {
  /** Where the traces come from. */
  readonly feed: TraceFeed;
  /** Those that are shown. */
  readonly traces: TraceList;
  readonly size: Size;
  /** What to do while there is nothing to show, a line each. */
  readonly emptyHint: readonly string[];
  /** Minutes east of UTC to show times in. */
  readonly offsetMinutes: number;
  /** What running spans are measured against. */
  readonly nowUnixNano: bigint;
  readonly connection: Connection;
  readonly tabs: readonly Tab[];
  readonly tab: number;
  readonly query: SpanQuery | undefined;
  /** @see TraceSort; `undefined` for the order in which traces were first seen. */
  readonly sort: TraceSort | undefined;
  /** How far the traces are judged and sorted; `undefined` when they are. */
  readonly progress: SelectionProgress | undefined;
  /** The player of a recording, while its bar is open. */
  readonly player: PlayerState | undefined;
  /** The query that is being typed. */
  readonly queryBar: QueryBar | undefined;
  /** Queries that were applied in this session, the latest last. */
  readonly queryHistory: readonly string[];
  /** What queries may name; it grows on its own. */
  readonly names: QueryNames;
  /** Whether what comes waits, so that the list stands still. */
  readonly isPaused: boolean;
  /** Spans that this viewer was too slow for. */
  readonly skippedSpanCount: number;
  /** Something to tell the user until the next key. */
  readonly notice: string | undefined;
}

/** What a terminal view starts with. */
export interface AppStateOptions {
  readonly feed: TraceFeed;
  readonly size: Size;
  readonly nowUnixNano: bigint;
  /** @default none */
  readonly emptyHint?: readonly string[];
  /** @default 0, UTC */
  readonly offsetMinutes?: number;
  /** @default all traces are shown */
  readonly query?: SpanQuery;
  /** @default whether the connection is live */
  readonly isFollowing?: boolean;
}

/** The state before the first message. */
export function createAppState(options: AppStateOptions): AppState {
  const { connection } = options.feed;
  const isFollowing = options.isFollowing ?? connection === "live";
  return {
    feed: options.feed,
    traces: options.feed.traces,
    size: options.size,
    emptyHint: options.emptyHint ?? [],
    offsetMinutes: options.offsetMinutes ?? 0,
    nowUnixNano: options.nowUnixNano,
    connection,
    tabs: [
      { name: "traces", pages: [TracesPage.open({ isFollowing })] },
      { name: "statistics", pages: [createStatisticsPage()] },
      { name: "services", pages: [createServicesPage()] },
    ],
    tab: 0,
    query: options.query,
    sort: undefined,
    progress: undefined,
    player: undefined,
    queryBar: undefined,
    queryHistory: options.query === undefined ? [] : [options.query.text],
    names: new QueryNames(),
    isPaused: false,
    skippedSpanCount: 0,
    notice: undefined,
  };
}

/** Whether nothing more will come from the source. */
export function isOver({ connection }: Pick<AppState, "connection">): boolean {
  return connection !== "live" && connection !== "loading";
}

/** The page that is shown. */
export function currentPage({ tabs, tab }: AppState): Page {
  const { pages } = tabs[tab];
  return pages[pages.length - 1];
}

/** On lower screens the tabs have no line of their own. */
const MIN_ROWS_WITH_TABS = 8;

/** Lines above the page. */
export function rowsAbove({ size }: AppState): number {
  return size.rows >= MIN_ROWS_WITH_TABS ? 1 : 0;
}

/** Lines below the page: the player, and the status bar. */
export function rowsBelow({ size, player }: AppState): number {
  return player !== undefined && size.rows > 2 ? 2 : 1;
}

/** What the page that is shown may read. */
export function pageContext(state: AppState): PageContext {
  const { size } = state;
  return {
    traces: state.traces,
    size: {
      columns: size.columns,
      rows: Math.max(1, size.rows - rowsAbove(state) - rowsBelow(state)),
    },
    nowUnixNano: nowUnixNano(state),
    offsetMinutes: state.offsetMinutes,
    query: state.query,
    emptyHint: emptyHint(state),
  };
}

/** What runs in a session that is over runs no longer, unless the moment is played at which it did. */
function nowUnixNano(state: AppState): bigint | undefined {
  if (state.player !== undefined) return state.player.atUnixNano;
  return isOver(state) ? undefined : state.nowUnixNano;
}

function emptyHint({ connection, progress, query, emptyHint }: AppState): readonly string[] {
  if (progress !== undefined) return ["Searching…"];
  if (connection === "loading") return ["Loading…"];
  if (query === undefined) return emptyHint;
  return ["No trace matches", `  ${query.text}`, "Esc shows all traces"];
}
