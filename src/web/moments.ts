import type { TraceList } from "../assemble/trace_list.ts";
import { Playback } from "../views/playback.ts";
import { ListChoices } from "./list_choices.ts";

/** A list of traces as it was at one moment, or as it is now, with its selections. */
export interface Moment {
  readonly traces: TraceList;
  readonly choices: ListChoices;
}

interface PlayedMoment extends Moment {
  readonly traces: Playback;
  /** Requests that look at it: it must not go to another moment meanwhile. */
  userCount: number;
}

/**
 * A recording as it was at the moments that pages ask for. A page that plays asks for one after another: a few
 * views of the list are kept and go along.
 */
export class Moments {
  readonly #signal: AbortSignal;
  readonly #now: Moment;
  /** The one that was used last at the end. */
  #played: PlayedMoment[] = [];

  /** @param signal Ends all that is under way. */
  constructor(traces: TraceList, signal: AbortSignal) {
    this.#signal = signal;
    this.#now = { traces, choices: new ListChoices(traces, { signal }) };
  }

  /**
   * Calls a function with the list as it was at a moment, which it stays until the function's promise settles.
   *
   * @param unixNano `undefined` for now.
   */
  async use<Result>(
    unixNano: bigint | undefined,
    use: (moment: Moment) => Promise<Result>,
  ): Promise<Result> {
    if (unixNano === undefined) return await use(this.#now);
    const moment = this.#find(unixNano);
    moment.userCount++;
    try {
      return await use(moment);
    } finally {
      moment.userCount--;
      this.#played = this.#played.filter((each, index) =>
        each.userCount > 0 || index >= this.#played.length - MAX_IDLE
      );
    }
  }

  #find(unixNano: bigint): PlayedMoment {
    const { traces: source } = this.#now;
    const found = this.#played.find(({ traces }) => traces.atUnixNano === unixNano) ??
      (this.#played.length < MAX_IDLE
        ? undefined
        : this.#played.find((each) => each.userCount === 0)) ??
      this.#create(source, unixNano);
    found.traces.seek(unixNano);
    this.#played = [...this.#played.filter((each) => each !== found), found];
    return found;
  }

  #create(source: TraceList, unixNano: bigint): PlayedMoment {
    const traces = new Playback(source, unixNano);
    return { traces, choices: new ListChoices(traces, { signal: this.#signal }), userCount: 0 };
  }
}

/** How many moments are kept that nobody looks at. */
const MAX_IDLE = 3;
