import { clearImmediate, setImmediate } from "node:timers";

/** For how long something that takes long may go on before keys, timers and requests get their turn. */
export const TURN_MS = 8;

/** Lets timers and input have their turn; shorter when the signal is aborted meanwhile. */
export function nextTurn(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // A timeout of nothing takes a millisecond or more.
    const turn = setImmediate(onTurn);
    function onTurn(): void {
      clearImmediate(turn);
      signal.removeEventListener("abort", onTurn);
      resolve();
    }
    signal.addEventListener("abort", onTurn);
  });
}
