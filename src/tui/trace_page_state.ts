import type { TraceList } from "../assemble/trace_list.ts";
import type { Trace } from "../model/trace.ts";
import { type Folds, NO_FOLDS } from "../views/folds.ts";
import type { SpanTarget } from "../views/span_details.ts";
import { revealSpan } from "../views/span_rows.ts";
import { type DetailLine, DETAILS_START, DetailsMemo, type DetailsState } from "./details_pane.ts";
import type { FlameLook } from "./flame_view.ts";
import { jumpToRow, LIST_START, type ListCursor, selectRow } from "./list_cursor.ts";
import type { PageCommand, PageContext } from "./page.ts";
import type { TimeRange } from "./span_bar.ts";
import { layOutTrace, type TraceLayout } from "./trace_layout.ts";
import { TraceMemo } from "./trace_memo.ts";
import { latestNano } from "./trace_row_line.ts";
import type { VisibleRows } from "./visible_rows.ts";

/** What the trace page shows in its main part. */
export type TraceView = "tree" | "flame" | "repeats" | "path";

/** What is selected in a trace, by what stays the same while the trace grows. */
export type Selection =
  | { readonly type: "span"; readonly spanId: string; readonly index: number }
  | { readonly type: "group"; readonly key: string; readonly index: number };

/** Everything that keys change on the trace page. */
export interface TracePageState {
  readonly traceId: string;
  readonly view: TraceView;
  /** `undefined` for the root span. */
  readonly selection: Selection | undefined;
  /** Whether what hides the selected span is to be unfolded. */
  readonly isRevealing: boolean;
  readonly cursor: ListCursor;
  readonly folds: Folds;
  /** Whether only spans on the critical path are shown. */
  readonly isCritical: boolean;
  /** Stretches of time that were zoomed to, the last one at the end. */
  readonly zooms: readonly TimeRange[];
  /** Spans whose boxes of the flame graph were zoomed to. */
  readonly flameZooms: readonly string[];
  /** In the tables. */
  readonly tableCursor: ListCursor;
  readonly hasDetails: boolean;
  readonly isDetailFocused: boolean;
  readonly details: DetailsState;
  /** What was searched for last; empty before the first search. */
  readonly search: string;
  /** What is being typed. */
  readonly draft: string | undefined;
}

/** What an input to a part of the page comes to. */
export interface TraceChange {
  /** @default the one before */
  readonly state?: TracePageState;
  readonly command?: PageCommand;
  /** A span of another trace, whose page is to be opened. */
  readonly target?: SpanTarget;
}

/** The state of a page that has just been opened. */
export function openTraceState(traceId: string, spanId: string | undefined): TracePageState {
  return {
    traceId,
    view: "tree",
    selection: spanId === undefined ? undefined : { type: "span", spanId, index: 0 },
    isRevealing: spanId !== undefined,
    cursor: LIST_START,
    folds: NO_FOLDS,
    isCritical: false,
    zooms: [],
    flameZooms: [],
    tableCursor: LIST_START,
    hasDetails: true,
    isDetailFocused: false,
    details: DETAILS_START,
    search: "",
    draft: undefined,
  };
}

/** A state together with the trace as it is now: what keys act on and frames are drawn from. */
export interface TraceScene {
  /** With folds and a cursor that fit the trace. */
  readonly state: TracePageState;
  readonly trace: Trace;
  readonly rows: VisibleRows;
  readonly layout: TraceLayout;
  /** The span that details are about. */
  readonly index: number;
  /** What the bars show of the trace. */
  readonly window: TimeRange;
}

/** A tree that takes longer than this to be built and laid out … */
const SLOW_MS = 16;
/** … is, while it grows, looked at anew so seldom that four fifths of the time are left for all else. */
const SLOW_PAUSE_FACTOR = 4;

/** What the values of one page share, see {@linkcode TraceMemo}. */
export class SceneMemo {
  readonly trace: TraceMemo = new TraceMemo();
  readonly details: DetailsMemo = new DetailsMemo();
  readonly #nowMs: () => number;
  #traces: TraceList | undefined;
  #version = -1;
  #slowUntilMs = 0;
  #state: TracePageState | undefined;
  #scene: TraceScene | undefined;

  /** @param nowMs A clock that does not go back. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** The scene of a state; `undefined` when its trace is not in the list. */
  scene(state: TracePageState, context: PageContext): TraceScene | undefined {
    const layout = layOutTrace(context.size, state);
    const scene = this.#current(state, context, layout);
    if (scene === undefined) return undefined;
    const { trace, rows, state: settled } = scene;
    const window = state.zooms.at(-1) ??
      { fromNano: 0, toNano: latestNano(trace, context.nowUnixNano) };
    // Another size asks for another place of the cursor.
    const size = { count: rows.count, height: layout.tree.rows };
    const cursor = selectRow(settled.cursor, settled.cursor.selected, size);
    const { spanId } = trace.nodes[scene.index].span;
    const details = state.details.spanId === spanId ? state.details : { ...DETAILS_START, spanId };
    return { ...scene, layout, window, state: { ...settled, cursor, details } };
  }

  /** Whether the trace may have changed since it was looked at, and that takes long. */
  isBehind({ traces }: PageContext): boolean {
    return this.#slowUntilMs > 0 && traces === this.#traces && traces.version !== this.#version;
  }

  /** Whether it is too early to look at it again. */
  get isResting(): boolean {
    return this.#nowMs() < this.#slowUntilMs;
  }

  #current(
    state: TracePageState,
    { traces }: PageContext,
    layout: TraceLayout,
  ): TraceScene | undefined {
    const known = this.#scene;
    if (traces.entryOf(state.traceId) === undefined) return undefined;
    const startMs = this.#nowMs();
    const isKept = known !== undefined && traces === this.#traces &&
      (traces.version === this.#version || startMs < this.#slowUntilMs);
    const trace = isKept ? known.trace : traces.trace(state.traceId);
    if (trace === undefined) return undefined;
    if (!isKept) {
      this.#traces = traces;
      this.#version = traces.version;
    }
    if (known !== undefined && known.trace === trace && this.#state === state) return known;
    const scene = this.#settle(state, trace, layout);
    if (known?.trace !== trace) {
      this.trace.path(trace);
      const endMs = this.#nowMs();
      const isSlow = endMs - startMs >= SLOW_MS;
      this.#slowUntilMs = isSlow ? endMs + (endMs - startMs) * SLOW_PAUSE_FACTOR : 0;
    }
    this.#state = state;
    return this.#scene = scene;
  }

  #settle(state: TracePageState, trace: Trace, layout: TraceLayout): TraceScene {
    const { selection } = state;
    let folds = state.folds;
    let index = trace.rootIndex;
    if (selection?.type === "span") {
      index = this.trace.indexOf(trace, selection.spanId, selection.index) ?? index;
      if (state.isRevealing) folds = revealSpan(trace, folds, index);
    }
    const rows = this.trace.rows(trace, folds, state.isCritical);
    let row = rows.rowOf(index);
    if (selection?.type === "group") {
      row = findGroup(rows, selection.key, state.cursor.selected) ?? 0;
      const group = rows.rowAt(row);
      if (group?.type === "group") index = group.indexes[0];
    }
    const shown = rows.rowAt(row);
    // What is folded away stays selected, but keys and details are about what can be seen.
    if (state.view === "tree" && shown?.type === "span") index = shown.index;
    const size = { count: rows.count, height: layout.tree.rows };
    const cursor = state.isRevealing
      ? jumpToRow(state.cursor, row, size)
      : selectRow(state.cursor, row, size);
    const settled = { ...state, folds, cursor, isRevealing: false };
    return { state: settled, trace, rows, layout, index, window: { fromNano: 0, toNano: 0 } };
  }
}

/** What stands in a row of the tree. */
export function selectionAt(rows: VisibleRows, place: number): Selection | undefined {
  const row = rows.rowAt(place);
  if (row === undefined) return undefined;
  if (row.type === "group") return { type: "group", key: row.key, index: row.indexes[0] };
  return selectionOf(rows.trace, row.index);
}

/** A span of a trace. */
export function selectionOf(trace: Trace, index: number): Selection {
  return { type: "span", spanId: trace.nodes[index].span.spanId, index };
}

function findGroup(rows: VisibleRows, key: string, hint: number): number | undefined {
  const row = rows.rowAt(hint);
  if (row?.type === "group" && row.key === key) return hint;
  for (let at = 0; at < rows.count; at++) {
    const row = rows.rowAt(at);
    if (row?.type === "group" && row.key === key) return at;
  }
  return undefined;
}

/** The lines of the details of what is selected; none while they are hidden. */
export function detailsLines(
  { trace, index, layout }: TraceScene,
  memo: SceneMemo,
  context: PageContext,
): readonly DetailLine[] {
  if (layout.details === undefined) return [];
  return memo.details.lines(trace, index, layout.details.columns, context);
}

/** What of the flame graph is looked at. */
export function flameLook({ trace, state, index }: TraceScene, memo: SceneMemo): FlameLook {
  const { boxOf } = memo.trace.flame(trace);
  const zoomId = state.flameZooms.at(-1);
  const zoom = zoomId === undefined ? undefined : memo.trace.indexOf(trace, zoomId);
  return { selected: boxOf[index], zoom: zoom === undefined ? -1 : boxOf[zoom] };
}

/**
 * The spans to mark and to go through: what was searched for in the trace, else what the query finds
 * by which it was chosen; `undefined` for none, and when that is all of them.
 */
export function foundSpans(
  { state, trace }: TraceScene,
  memo: SceneMemo,
  { query }: PageContext,
): Int32Array | undefined {
  if (state.search !== "") return memo.trace.found(trace, state.search);
  const found = query && memo.trace.foundBy(trace, query);
  return found?.length === trace.nodes.length ? undefined : found;
}
