import type { TraceList } from "../assemble/trace_list.ts";
import type { Size } from "../terminal/frame.ts";
import type { Connection } from "../views/trace_feed.ts";

/** A row: a trace by its sequence number, and the row within it, 0 being its header. */
export interface Position {
  readonly sequence: number;
  readonly row: number;
}

/** A text search in the list. */
export interface Search {
  /** What was searched for last; empty before the first search. */
  readonly text: string;
  /** What is being typed; `undefined` while nothing is. */
  readonly draft: string | undefined;
}

/** Everything the live view shows. Only the store in it changes on its own, as spans arrive. */
export interface TuiState {
  readonly store: TraceList;
  readonly size: Size;
  /** What is shown: a session, a file, a socket. */
  readonly title: string;
  /** What to do while there is nothing to show, a line each. */
  readonly emptyHint: readonly string[];
  /** Minutes east of UTC to show times in. */
  readonly offsetMinutes: number;
  /** What running spans are measured against. */
  readonly nowUnixNano: bigint;
  readonly connection: Connection;
  readonly selected: Position;
  /** The span in the selected row, by which the row is found again when the tree grows. */
  readonly selectedSpanId: string | undefined;
  /** The row at the top of the list, unless the list follows its end. */
  readonly top: Position;
  /** Whether the newest trace is selected and stays in sight as traces arrive. */
  readonly isFollowing: boolean;
  /** Whether traces show their header alone. */
  readonly isCollapsed: boolean;
  /** Sequence numbers of the traces of which `isCollapsed` is not true. */
  readonly exceptions: ReadonlySet<number>;
  readonly search: Search;
  readonly isHelpOpen: boolean;
  /** Spans that this viewer was too slow for. */
  readonly skippedSpanCount: number;
  /** Something to tell the user until the next key. */
  readonly notice: string | undefined;
  readonly isDone: boolean;
}

/** What a live view starts with. */
export interface TuiStateOptions {
  readonly store: TraceList;
  readonly size: Size;
  readonly title: string;
  readonly nowUnixNano: bigint;
  /** @default none */
  readonly emptyHint?: readonly string[];
  /** @default 0, UTC */
  readonly offsetMinutes?: number;
  /** @default "live" */
  readonly connection?: Connection;
  /** @default whether the connection is live */
  readonly isFollowing?: boolean;
}

/** The state before the first message. */
export function createTuiState(options: TuiStateOptions): TuiState {
  const connection = options.connection ?? "live";
  return {
    store: options.store,
    size: options.size,
    title: options.title,
    emptyHint: options.emptyHint ?? [],
    offsetMinutes: options.offsetMinutes ?? 0,
    nowUnixNano: options.nowUnixNano,
    connection,
    selected: { sequence: 0, row: 0 },
    selectedSpanId: undefined,
    top: { sequence: 0, row: 0 },
    isFollowing: options.isFollowing ?? connection === "live",
    isCollapsed: false,
    exceptions: new Set(),
    search: { text: "", draft: undefined },
    isHelpOpen: false,
    skippedSpanCount: 0,
    notice: undefined,
    isDone: false,
  };
}

/** Whether nothing more will come from the source. */
export function isOver({ connection }: Pick<TuiState, "connection">): boolean {
  return connection !== "live" && connection !== "loading";
}
