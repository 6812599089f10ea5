import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { Playback } from "../views/playback.ts";
import {
  type SelectionProgress,
  TraceSelection,
  type TraceSort,
} from "../views/trace_selection.ts";

/** Between slices of this length keys and frames get their turn. */
const SLICE_MS = 6;

/**
 * The traces that the view shows: those that a query finds, sorted, as they were at the moment that is
 * played. Judging them goes on by itself, a slice at a time.
 */
export class ShownTraces implements Disposable {
  readonly #source: TraceList;
  readonly #onChange: (error?: unknown) => void;
  #playback: Playback | undefined;
  #query: SpanQuery | undefined;
  #sort: TraceSort | undefined;
  #selection: TraceSelection;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param source All traces.
   * @param onChange Called when more or other traces are shown, or with what went wrong.
   */
  constructor(
    source: TraceList,
    { query, onChange }: { query?: SpanQuery; onChange: (error?: unknown) => void },
  ) {
    this.#source = source;
    this.#onChange = onChange;
    this.#query = query;
    this.#selection = new TraceSelection(source, { where: query });
    this.follow();
  }

  get list(): TraceList {
    return this.#selection;
  }

  /** How far the list is; `undefined` when it is complete. */
  get progress(): SelectionProgress | undefined {
    const { progress } = this.#selection;
    return progress.judgedCount < progress.traceCount ? progress : undefined;
  }

  get playback(): Playback | undefined {
    return this.#playback;
  }

  /** Shows other traces, or the same ones in another order. */
  select(query: SpanQuery | undefined, sort: TraceSort | undefined): void {
    const isSameQuery = query === this.#query;
    this.#query = query;
    this.#sort = sort;
    if (isSameQuery) this.#selection = this.#selection.sortedBy(sort);
    else this.#selectAnew();
    this.#restart();
  }

  /** Shows the traces as they were at moments, from now on, or as they are again. */
  play(isOn: boolean): void {
    this.#playback = isOn ? new Playback(this.#source) : undefined;
    this.#selectAnew();
    this.#restart();
  }

  /** Follows the source, which has changed. */
  follow(): void {
    this.#timer ??= setTimeout(() => this.#advance({ isNew: false }), 0);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #selectAnew(): void {
    const source = this.#playback ?? this.#source;
    this.#selection = new TraceSelection(source, { where: this.#query, sort: this.#sort });
  }

  /** Has a first part of the new list at once, so that the screen does not go blank for a moment. */
  #restart(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#advance({ isNew: true });
  }

  #advance({ isNew }: { isNew: boolean }): void {
    this.#timer = undefined;
    const before = this.#selection.version;
    const wasComplete = this.progress === undefined;
    let waitMs = 0;
    try {
      waitMs = this.#selection.advance(performance.now() + SLICE_MS);
    } catch (error) {
      this.#onChange(error);
    }
    const isSame = this.#selection.version === before && wasComplete;
    // Before the next slice is asked for, so that the frame comes first.
    if (isNew || !isSame || this.progress !== undefined) this.#onChange();
    if (Number.isFinite(waitMs)) {
      this.#timer ??= setTimeout(() => this.#advance({ isNew: false }), waitMs);
    }
  }
}
