import process from "node:process";

/** Options of {@linkcode CpuPace}. */
export interface CpuPaceOptions {
  /** How much of one processor's time this process may take for what it is asked about, from 0 to 1. */
  readonly share: number;
  /** The clock, in milliseconds. @default the system's */
  readonly nowMs?: () => number;
  /** Processor time that this process has taken, in milliseconds. @default the system's figure */
  readonly usedMs?: () => number;
}

/**
 * Measures how much processor time work takes, and how long to rest after it so that it takes no more than its
 * share. What was not used is saved for a moment, so that a small burst is met at once.
 */
export class CpuPace {
  readonly #share: number;
  readonly #nowMs: () => number;
  readonly #usedMs: () => number;
  #sinceMs: number;
  #usedBeforeMs: number;

  constructor(options: CpuPaceOptions) {
    this.#share = options.share;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#usedMs = options.usedMs ?? usedCpuMs;
    this.#sinceMs = this.#nowMs();
    this.#usedBeforeMs = this.#usedMs();
  }

  /** How long to rest now, in milliseconds; 0 while there is time left. */
  restMs(): number {
    const nowMs = this.#nowMs();
    const usedMs = this.#usedMs() - this.#usedBeforeMs;
    const earnedMs = (nowMs - this.#sinceMs) * this.#share;
    const savedMs = earnedMs - usedMs;
    if (savedMs > SAVED_MS * this.#share) {
      // Forgets what is saved beyond that.
      this.#sinceMs += savedMs / this.#share - SAVED_MS;
      return 0;
    }
    return Math.min(MAX_REST_MS, Math.max(0, -savedMs / this.#share));
  }
}

/** For how long unused time is saved. */
const SAVED_MS = 200;
/** Answering pages takes time, too, which must not keep them from seeing what is new. */
const MAX_REST_MS = 500;

function usedCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
