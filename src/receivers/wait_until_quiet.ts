/**
 * Waits until nothing has happened for a moment.
 *
 * @param activity A number that grows with everything that happens.
 * @param limitMs How long to wait at most, in milliseconds.
 */
export async function waitUntilQuiet(activity: () => number, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  let before = -1;
  let now = activity();
  while (now !== before && Date.now() < deadline) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    now = activity();
  }
}

/** How long nothing may arrive before the senders are thought to be done. */
const QUIET_MS = 30;
