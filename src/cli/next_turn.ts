/** For how long something that takes long may go on before keys, timers and requests get their turn. */
export const TURN_MS = 8;

/** Lets timers and input have their turn; shorter when the signal is aborted meanwhile. */
export function nextTurn(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(onTurn, 0);
    function onTurn(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", onTurn);
      resolve();
    }
    signal.addEventListener("abort", onTurn);
  });
}
