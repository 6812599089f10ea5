/** Resolves after a time, or when the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(onOver, ms);
    function onOver(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", onOver);
      resolve();
    }
    signal.addEventListener("abort", onOver);
    if (signal.aborted) onOver();
  });
}
