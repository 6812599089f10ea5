/** Where a replay gets its time from; tests bring their own. */
export interface ReplayClock {
  /** Milliseconds, never going back. */
  nowMs(): number;
  /** Waits; ends early, without an error, when the signal is aborted. May wait less than asked. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

// Timers cannot wait for longer than this; the replay asks again.
const MAX_SLEEP_MS = 2 ** 31 - 1;

/** The clock of the machine. */
export const SYSTEM_CLOCK: ReplayClock = {
  nowMs: () => performance.now(),
  sleep(ms, signal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(done, Math.min(ms, MAX_SLEEP_MS));
      signal.addEventListener("abort", done);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  },
};
