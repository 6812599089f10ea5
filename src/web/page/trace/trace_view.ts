import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Trace } from "../../../model/trace.ts";
import { type Folds, foldSpan, foldToDepth, NO_FOLDS, openGroup } from "../../../views/folds.ts";
import { revealSpan, SpanRows, type TraceRow } from "../../../views/span_rows.ts";
import { ShownRows } from "./shown_rows.ts";
import {
  isSameWindow,
  isWhole,
  type TimeWindow,
  wholeWindow,
  windowAround,
} from "./time_window.ts";
import { TraceModel } from "./trace_model.ts";
import {
  nextMatch,
  NO_SEARCH,
  searchTrace,
  type TraceMatches,
  type TraceSearch,
} from "./trace_search.ts";

/** What of a trace is looked at. */
export type TraceTab = "waterfall" | "flame" | "stats" | "json";

/** Which spans have rows. */
export type RowFilter = "all" | "errors" | "path" | "matches";

/** What is selected: a span, or a group of siblings. */
export type Selection =
  | { readonly type: "span"; readonly spanId: string }
  | {
    readonly type: "group";
    readonly key: string;
    /** One of its members. */
    readonly spanId: string;
  };

/** The state of the page of one trace. It stays when the trace grows. */
export class TraceView {
  readonly model: ReadonlySignal<TraceModel>;
  readonly tab = signal<TraceTab>("waterfall");
  readonly folds = signal<Folds>(NO_FOLDS);
  readonly filter = signal<RowFilter>("all");
  readonly search = signal<TraceSearch>(NO_SEARCH);
  readonly matches: ReadonlySignal<TraceMatches>;
  readonly showsPath = signal(true);
  readonly showsDetails = signal(false);
  readonly selection = signal<Selection | undefined>(undefined);
  readonly window: ReadonlySignal<TimeWindow>;
  readonly rows: ReadonlySignal<ShownRows>;
  /** How far from the left of the bars the pointer is, in pixels; absent when it is elsewhere. */
  readonly pointerX = signal<number | undefined>(undefined);
  /** How far the rows are scrolled, in pixels. */
  readonly top = signal(0);
  /** How high the part of the page with the rows is. */
  readonly height = signal(400);
  /** The place of the row that is selected; -1 for none. */
  readonly selectedPlace: ReadonlySignal<number>;
  /** The index of the span that is selected, or of the first of a group; -1 for none. */
  readonly selectedIndex: ReadonlySignal<number>;
  readonly #model: Signal<TraceModel>;
  readonly #window = signal<TimeWindow | undefined>(undefined);
  /** Grows when spans that run have got longer. */
  readonly moment = signal(0);
  readonly #indexes = computed(() => {
    const indexes = new Map<string, number>();
    const { nodes } = this.model.value.trace;
    for (let index = 0; index < nodes.length; index++) indexes.set(nodes[index].span.spanId, index);
    return indexes;
  });

  constructor(trace: Trace) {
    this.model = this.#model = signal(new TraceModel(trace));
    this.window = computed(() => {
      this.moment.value;
      return this.#window.value ?? wholeWindow(this.model.value.durationNano);
    });
    this.matches = computed(() => searchTrace(this.model.value.trace, this.search.value));
    this.rows = computed(() =>
      new ShownRows(new SpanRows(this.model.value.trace, this.folds.value), this.#kept())
    );
    this.selectedIndex = computed(() => {
      const selected = this.selection.value;
      return selected === undefined ? -1 : this.indexOf(selected.spanId) ?? -1;
    });
    this.selectedPlace = computed(() => {
      const index = this.selectedIndex.value;
      if (index < 0) return -1;
      const { rows } = this.rows.value;
      const row = rows.rowOf(index);
      const selected = this.selection.value!;
      if (selected.type === "span") return this.rows.value.placeOf(row);
      // The members of an open group have rows of their own.
      const shown = rows.rowAt(row);
      const isOwn = shown?.type === "group" && shown.key === selected.key;
      return this.rows.value.placeOf(isOwn ? row : rows.parentOf(row));
    });
  }

  /** Shows another version of the trace. */
  show(trace: Trace): void {
    this.#model.value = new TraceModel(trace);
    this.scrollTo(this.top.value);
  }

  /** Finds what the first frame did not wait for: the critical path, and where each span stands. */
  prepare(): void {
    this.#indexes.value;
    if (this.model.value.knownPath !== undefined) return;
    this.model.value.path;
    this.moment.value = this.moment.peek() + 1;
  }

  /** Lets running spans reach to this moment. */
  advance(nowUnixNano: bigint): void {
    this.model.value.advance(nowUnixNano);
    this.moment.value = this.moment.peek() + 1;
  }

  /** Shows a stretch of time; all of the trace keeps up with it while it grows. */
  setWindow(window: TimeWindow): void {
    const { durationNano } = this.model.value;
    if (isWhole(window, durationNano)) this.#window.value = undefined;
    else if (!isSameWindow(window, this.window.value)) this.#window.value = window;
  }

  /** Whether all of the trace's time is on the screen. */
  get isWhole(): boolean {
    return this.#window.value === undefined;
  }

  /** The row at a place. */
  rowAt(place: number): TraceRow | undefined {
    return this.rows.value.at(place);
  }

  /** The index of a span of this trace; `undefined` when it is not among those seen. */
  indexOf(spanId: string): number | undefined {
    return this.#indexes.value.get(spanId);
  }

  /** Selects the row at a place, and scrolls to it. */
  select(place: number): void {
    const row = this.rowAt(Math.max(0, Math.min(place, this.rows.value.count - 1)));
    if (row === undefined) return;
    const { nodes } = this.model.value.trace;
    this.selection.value = row.type === "group"
      ? { type: "group", key: row.key, spanId: nodes[row.indexes[0]].span.spanId }
      : { type: "span", spanId: nodes[row.index].span.spanId };
    this.scrollToSelected();
  }

  /** Selects a span wherever it is: unfolds what hides it. */
  selectSpan(index: number): void {
    const { trace } = this.model.value;
    batch(() => {
      this.selection.value = { type: "span", spanId: trace.nodes[index].span.spanId };
      const { rows } = this.rows.value;
      const row = rows.rowAt(rows.rowOf(index));
      if (row?.type !== "span" || row.index !== index) {
        this.folds.value = revealSpan(trace, this.folds.value, index);
      }
      if (this.filter.value !== "all" && !this.#isShown(index)) this.filter.value = "all";
      this.scrollToSelected("middle");
      this.#showInTime(index);
    });
  }

  /** Folds or unfolds a row; without `isFolded` it does the opposite of what is. */
  fold(place: number, isFolded?: boolean): void {
    const row = this.rowAt(place);
    if (row === undefined) return;
    const { folds } = this;
    if (row.type === "group") {
      folds.value = openGroup(
        folds.value,
        row.key,
        isFolded === undefined ? !row.isOpen : !isFolded,
      );
    } else if (row.hasChildren) {
      const { spanId } = this.model.value.trace.nodes[row.index].span;
      folds.value = foldSpan(folds.value, spanId, isFolded ?? !row.isFolded);
    }
  }

  /** Folds all below a level; `undefined` unfolds everything. */
  foldTo(maxDepth: number | undefined): void {
    this.folds.value = foldToDepth(this.folds.value, maxDepth);
    this.scrollToSelected();
  }

  /** Puts siblings that do the same into one row, or gives each its own. */
  toggleGrouping(): void {
    const { value } = this.folds;
    this.folds.value = { ...value, isGrouping: !value.isGrouping };
    this.scrollToSelected();
  }

  /** Leaves only the rows that lead to some spans, or shows all again. */
  toggleFilter(filter: RowFilter): void {
    this.filter.value = this.filter.value === filter ? "all" : filter;
    this.scrollTo(this.top.value);
    this.scrollToSelected();
  }

  /** Goes left: folds what is open, else to the row above in the tree. */
  leave(): void {
    const place = this.selectedPlace.value;
    const row = this.rowAt(place);
    if (row === undefined) return;
    const isOpen = row.type === "group" ? row.isOpen : row.hasChildren && !row.isFolded;
    if (isOpen) return this.fold(place, true);
    const { rows } = this.rows.value;
    const parent = rows.parentOf(this.rows.value.rowAt(place));
    if (parent >= 0) this.select(this.rows.value.placeOf(parent));
  }

  /** Goes right: unfolds what is folded, else to the first row below in the tree. */
  enter(): void {
    const place = this.selectedPlace.value;
    const row = this.rowAt(place);
    if (row === undefined) return;
    const isFolded = row.type === "group" ? !row.isOpen : row.isFolded;
    if (isFolded) this.fold(place, false);
    else if (row.type === "group" || row.hasChildren) this.select(place + 1);
  }

  /** Goes to the next of these spans, or the one before. */
  goToNext(indexes: ArrayLike<number>, step: 1 | -1): void {
    const next = nextMatch(indexes, this.selectedIndex.value, step);
    if (next !== undefined) this.selectSpan(next);
  }

  /** Shows the time of what is selected. */
  zoomToSelected(): void {
    const row = this.rowAt(this.selectedPlace.value);
    if (row !== undefined) this.zoomTo(row);
  }

  /** Shows the time of a row. */
  zoomTo(row: TraceRow): void {
    const { starts, ends, durationNano } = this.model.value;
    const [from, to] = row.type === "group"
      ? [row.fromNano, row.toNano]
      : [starts[row.index], ends[row.index]];
    this.setWindow(windowAround(from, to, durationNano));
  }

  /** Shows all of the trace's time. */
  zoomOut(): void {
    this.#window.value = undefined;
  }

  /** Scrolls so that the row that is selected is on the screen. */
  scrollToSelected(where: "nearest" | "middle" = "nearest"): void {
    const place = this.selectedPlace.value;
    if (place < 0) return;
    const y = place * ROW_HEIGHT;
    const top = this.top.value;
    const height = this.height.value;
    if (y >= top && y + ROW_HEIGHT <= top + height) return;
    const wanted = where === "middle"
      ? y - (height - ROW_HEIGHT) / 2
      : y < top
      ? y
      : y + ROW_HEIGHT - height;
    this.scrollTo(wanted);
  }

  /** Scrolls to a place in pixels, within what there is. */
  scrollTo(top: number): void {
    const most = Math.max(0, this.rows.value.count * ROW_HEIGHT - this.height.value);
    // Whole pixels: text between two of them is blurred.
    this.top.value = Math.round(Math.max(0, Math.min(top, most)));
  }

  /** A span of which nothing is on the screen gets its time shown. */
  #showInTime(index: number): void {
    const { starts, ends, durationNano } = this.model.value;
    const { fromNano, toNano } = this.window.value;
    if (ends[index] >= fromNano && starts[index] <= toNano) return;
    const length = toNano - fromNano;
    const middle = (starts[index] + Math.min(ends[index], starts[index] + length)) / 2;
    const from = Math.max(0, Math.min(middle - length / 2, durationNano - length));
    this.setWindow({ fromNano: from, toNano: from + length });
  }

  #isShown(index: number): boolean {
    const { value } = this.rows;
    const row = value.rows.rowOf(index);
    return value.rowAt(value.placeOf(row)) === row;
  }

  #kept(): Iterable<number> | undefined {
    switch (this.filter.value) {
      case "errors":
        return this.model.value.errors;
      case "path":
        return this.model.value.path.keys();
      case "matches":
        return this.matches.value.text === "" ? undefined : this.matches.value.indexes;
      default:
        return undefined;
    }
  }
}

/** The height of a row in pixels: dense, and still easy to hit. */
export const ROW_HEIGHT = 24;
