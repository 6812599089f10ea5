import type { TraceList } from "../assemble/trace_list.ts";
import { Slices } from "./_slices.ts";

/** The first and the last moment of all spans of a list. */
export class TimeBounds {
  startTimeUnixNano: bigint | undefined;
  endTimeUnixNano: bigint | undefined;
  readonly #traces: TraceList;
  readonly #signal: AbortSignal;
  #version: number | undefined;
  #dueMs = 0;
  #looking: Promise<void> | undefined;

  /** @param signal Ends the looking. */
  constructor(traces: TraceList, signal: AbortSignal) {
    this.#traces = traces;
    this.#signal = signal;
  }

  /** Whether they are those of the list as it is now. */
  get isCurrent(): boolean {
    return this.#version === this.#traces.version;
  }

  /** Begins to look again if the list has changed, but so seldom that it takes little of the time. */
  refresh(): Promise<void> {
    if (this.#looking !== undefined) return this.#looking;
    if (this.isCurrent || performance.now() < this.#dueMs) return Promise.resolve();
    return this.#looking = this.#look().catch(() => {}).finally(() => this.#looking = undefined);
  }

  async #look(): Promise<void> {
    const beganMs = performance.now();
    const { version } = this.#traces;
    const slices = new Slices(this.#signal);
    let start: bigint | undefined;
    let end: bigint | undefined;
    for (let index = 0; index < this.#traces.traceCount; index++) {
      if ((index & 255) === 0 && slices.isOver) await slices.next();
      const entry = this.#traces.entryAt(index);
      if (entry === undefined) continue;
      const { startTimeUnixNano, durationNano } = entry;
      const entryEnd = startTimeUnixNano + durationNano;
      if (start === undefined || startTimeUnixNano < start) start = startTimeUnixNano;
      if (end === undefined || entryEnd > end) end = entryEnd;
    }
    this.startTimeUnixNano = start;
    this.endTimeUnixNano = end;
    this.#version = version;
    const tookMs = performance.now() - beganMs;
    this.#dueMs = performance.now() + Math.max(MIN_INTERVAL_MS, 20 * tookMs);
  }
}

const MIN_INTERVAL_MS = 200;
