import type { OpenHunt } from "./hunt.ts";
import type { Position } from "./position.ts";
import type { PageCommand, PageContext } from "./page.ts";

/** A text search in the list. */
export interface Search {
  /** What was searched for last; empty before the first search. */
  readonly text: string;
  /** What is being typed; `undefined` while nothing is. */
  readonly draft: string | undefined;
}

/** What the list of traces remembers of itself. */
export interface TracesState {
  readonly selected: Position;
  /** The span in the selected row, by which the row is found again when the tree grows. */
  readonly selectedSpanId: string | undefined;
  /** The row at the top of the list, unless the list follows its end. */
  readonly top: Position;
  /** Whether the last trace is selected and stays in sight as traces arrive. */
  readonly isFollowing: boolean;
  /** Whether traces show their header alone. */
  readonly isCollapsed: boolean;
  /** Whether a trace shows its tree, by its sequence number, where the user has said so. */
  readonly choices: ReadonlyMap<number, boolean>;
  readonly search: Search;
  /** What is being looked for, as long as it takes. */
  readonly hunt: OpenHunt | undefined;
  /** What came of the last hunt, until the next key. */
  readonly huntNotice: string | undefined;
  /** The first of two traces to compare, by its id. */
  readonly markedTraceId: string | undefined;
}

/** The list with what it may read. */
export type TracesView = TracesState & PageContext;

/** The list after an input, with what it asks of the app. */
export type TracesUpdate = TracesView & { readonly command?: PageCommand };

/** The state before the first input. */
export function createTracesState(options: { isFollowing: boolean }): TracesState {
  return {
    selected: { sequence: 0, row: 0 },
    selectedSpanId: undefined,
    top: { sequence: 0, row: 0 },
    isFollowing: options.isFollowing,
    isCollapsed: false,
    choices: new Map(),
    search: { text: "", draft: undefined },
    hunt: undefined,
    huntNotice: undefined,
    markedTraceId: undefined,
  };
}

/** What of a list is its own. */
export function tracesState(view: TracesView): TracesState {
  const { selected, selectedSpanId, top, isFollowing, isCollapsed, choices, search } = view;
  const { hunt, huntNotice, markedTraceId } = view;
  return {
    selected,
    selectedSpanId,
    top,
    isFollowing,
    isCollapsed,
    choices,
    search,
    hunt,
    huntNotice,
    markedTraceId,
  };
}
