import type { ApiTraceRow, ApiTraces } from "../../api.ts";
import { ApiError, type PageApi, type TraceQuery } from "../page_api.ts";

/** How many rows are asked for at once. */
const CHUNK = 100;
/** How many rows are held: those around what can be seen, in both directions. */
const HELD_CHUNKS = 60;
const REFRESH_MS = 250;

/** Which list it is. */
export interface TraceRowsKey extends TraceQuery {
  readonly sort: string;
}

interface Chunk {
  readonly rows: readonly ApiTraceRow[];
  readonly generation: number;
}

/**
 * The rows of a list of any length, fetched as they come into sight and again when the list has changed.
 *
 * A list that is held, because its reader is in the middle of it, stays where it is while new traces come
 * in above: `newCount` says how many those are.
 */
export class TraceRows {
  readonly #api: PageApi;
  readonly #key: TraceRowsKey;
  readonly #onChange: () => void;
  readonly #abort = new AbortController();
  readonly #chunks = new Map<number, Chunk>();
  #first = 0;
  #end = CHUNK;
  #generation = 0;
  #isHeld = false;
  #isFrozen = false;
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #total: number | undefined;
  #waiting = 0;
  #newCount = 0;
  #error: ApiError | undefined;

  /** @param onChange Called whenever something is different that one can see. */
  constructor(api: PageApi, key: TraceRowsKey, onChange: () => void) {
    this.#api = api;
    this.#key = key;
    this.#onChange = onChange;
  }

  /** How many rows there are to scroll through; `undefined` until the first answer. */
  get total(): number | undefined {
    return this.#total === undefined ? undefined : Math.max(0, this.#total - this.#newCount);
  }

  /** Traces that the query has not looked at yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Traces above the first row that are not shown, because the list is held. */
  get newCount(): number {
    return this.#newCount;
  }

  get error(): ApiError | undefined {
    return this.#error;
  }

  /** A row, if it has come. */
  rowAt(index: number): ApiTraceRow | undefined {
    return this.#chunks.get(Math.floor(index / CHUNK))?.rows[index % CHUNK];
  }

  /** The place of a trace among the rows that have come; -1 if it is not there. */
  indexOf(traceId: string): number {
    for (const [number, { rows }] of this.#chunks) {
      const index = rows.findIndex((row) => row.trace_id === traceId);
      if (index >= 0) return number * CHUNK + index;
    }
    return -1;
  }

  /** Lets rows that are there stay as they are, or brings them up to date again. */
  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    if (!isFrozen) this.#fetchSoon(0);
  }

  /** Says which rows can be seen, and whether the list is to stay where it is. */
  show(first: number, end: number, isHeld: boolean): void {
    this.#first = first;
    this.#end = Math.max(end, first + 1);
    this.#isHeld = isHeld;
    if (!isHeld && this.#newCount > 0) {
      this.#newCount = 0;
      this.refresh();
    } else this.#fetchSoon(0);
  }

  /** The list has changed: what can be seen is fetched again, and shown until that has come. */
  refresh(): void {
    this.#generation++;
    this.#fetchSoon(0);
  }

  /** Fetches nothing more. */
  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  #fetchSoon(waitMs: number): void {
    if (this.#isBusy || this.#abort.signal.aborted) return;
    if (this.#findOldChunk() === undefined) return;
    this.#isBusy = true;
    this.#timer = setTimeout(() => {
      // What is wanted may have changed meanwhile.
      const wanted = this.#findOldChunk();
      if (wanted === undefined) this.#isBusy = false;
      else void this.#fetch(wanted);
    }, waitMs);
  }

  /** The first chunk in sight that is not there or of an older list. */
  #findOldChunk(): number | undefined {
    const last = Math.max(0, (this.total ?? 1) - 1);
    const from = Math.min(Math.floor(this.#first / CHUNK), Math.floor(last / CHUNK));
    const to = Math.min(Math.floor((this.#end - 1) / CHUNK), Math.floor(last / CHUNK));
    for (let number = from; number <= to; number++) {
      const chunk = this.#chunks.get(number);
      if (chunk === undefined) return number;
      if (chunk.generation < this.#generation && !this.#isFrozen) return number;
    }
    return undefined;
  }

  async #fetch(number: number): Promise<void> {
    const generation = this.#generation;
    const from = number * CHUNK + this.#newCount;
    let waitMs = 0;
    try {
      const answer = await this.#api.traces(
        { ...this.#key, from, limit: CHUNK },
        this.#abort.signal,
      );
      if (this.#abort.signal.aborted) return;
      this.#error = undefined;
      this.#take(number, answer, generation);
      if (answer.waiting > 0) {
        // The query is still looking: what it has found so far is shown, and asked for again.
        this.#generation++;
        waitMs = REFRESH_MS;
      } else if (this.#generation > generation) waitMs = REFRESH_MS;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#error = error instanceof ApiError
        ? error
        : new ApiError(`The page failed: ${error}`, "failed");
      if (this.#error.reason !== "away") {
        this.#chunks.clear();
        this.#total = 0;
      }
      this.#isBusy = false;
      // Nothing more until something changes: the same question would get the same answer.
      this.#onChange();
      return;
    }
    this.#isBusy = false;
    this.#onChange();
    this.#fetchSoon(waitMs);
  }

  #take(number: number, answer: ApiTraces, generation: number): void {
    const before = this.#chunks.get(number);
    const grown = this.#total === undefined ? 0 : answer.total - this.#total;
    this.#waiting = answer.waiting;
    const moved = this.#isHeld ? findMove(before?.rows, answer.rows) ?? Math.max(0, grown) : 0;
    this.#total = answer.total;
    if (moved > 0) {
      // New ones stand above: the same rows are to stay in sight, so they are asked for where they are now.
      this.#newCount += moved;
      return;
    }
    this.#chunks.set(number, { rows: answer.rows, generation });
    this.#forgetFarChunks(number);
  }

  #forgetFarChunks(near: number): void {
    if (this.#chunks.size <= HELD_CHUNKS) return;
    const far = [...this.#chunks.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    for (const number of far.slice(0, this.#chunks.size - HELD_CHUNKS)) {
      this.#chunks.delete(number);
    }
  }
}

/** How many rows further down the rows of a chunk stand now; `undefined` when none of them is there. */
function findMove(
  before: readonly ApiTraceRow[] | undefined,
  after: readonly ApiTraceRow[],
): number | undefined {
  if (before === undefined || before.length === 0) return undefined;
  const places = new Map(after.map(({ sequence }, index) => [sequence, index]));
  for (let index = 0; index < before.length; index++) {
    const place = places.get(before[index].sequence);
    if (place !== undefined) return Math.max(0, place - index);
  }
  return undefined;
}
