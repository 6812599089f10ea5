/** An end that never comes: later than any moment. */
export const NEVER = 1n << 100n;

interface Lane {
  readonly id: number;
  /** Intervals in which the lane is taken, apart from each other and in order of time. */
  readonly starts: bigint[];
  readonly ends: bigint[];
}

// What a lane remembers of the past, and how many lanes there can be: both keep the memory flat.
const MAX_INTERVALS = 128;
const MAX_LANES = 2048;

/**
 * The lanes (rows) of one process in a timeline. Gives an interval the first lane in which nothing
 * overlaps it, and forgets gaps in the distant past rather than growing with what has passed.
 */
export class LaneTable {
  readonly #open: Lane[] = [];
  #laneCount = 0;

  /**
   * Takes a lane for an interval, ends exclusive.
   *
   * @param start Nanoseconds.
   * @param end Nanoseconds, not before `start`; {@linkcode NEVER} closes the lane for good.
   * @returns The lane's number, from 1; `undefined` when all lanes there can be are taken.
   */
  take(start: bigint, end: bigint): number | undefined {
    for (let i = 0; i < this.#open.length; i++) {
      const lane = this.#open[i];
      if (!insert(lane, start, end)) continue;
      if (end === NEVER) this.#open.splice(i, 1);
      return lane.id;
    }
    if (this.#laneCount === MAX_LANES) return undefined;
    const id = ++this.#laneCount;
    if (end !== NEVER) this.#open.push({ id, starts: [start], ends: [end] });
    return id;
  }
}

function insert(lane: Lane, start: bigint, end: bigint): boolean {
  const { starts, ends } = lane;
  // Spans mostly come in order of time, so the place is found from the back.
  let at = starts.length;
  while (at > 0 && starts[at - 1] >= end) at--;
  if (at > 0 && ends[at - 1] > start) return false;
  // Two intervals at one moment would be drawn one in the other.
  if (at > 0 && starts[at - 1] === start) return false;
  if (at < starts.length && starts[at] === start) return false;
  starts.splice(at, 0, start);
  ends.splice(at, 0, end);
  if (starts.length > MAX_INTERVALS) {
    starts.splice(1, 1);
    ends.splice(0, 1);
  }
  return true;
}
