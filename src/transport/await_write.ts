import { clearInterval, setInterval } from "node:timers";
import type { SendingSocket } from "../runtime/sending_socket.ts";

/** How a write to a socket ended; `stalled` when the receiver did not read in time. */
export type WriteEnd = "written" | "stalled" | "broken";

/**
 * Waits for a write, and closes its socket when the receiver does not read in time.
 *
 * @param outcome What the socket's `write` answered: whether everything was taken.
 * @param timeoutMs How long the receiver may take, in milliseconds.
 */
export async function awaitWrite(
  socket: SendingSocket,
  outcome: boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<WriteEnd> {
  let isStalled = false;
  let checks = 0;
  // A program that blocks its own event loop makes one check late, not several: that is no stall.
  const timer = setInterval(() => {
    if (++checks < STALL_CHECKS) return;
    isStalled = true;
    clearInterval(timer);
    void socket.close();
  }, timeoutMs / STALL_CHECKS).unref();
  const isWritten = await outcome;
  clearInterval(timer);
  return isWritten ? "written" : isStalled ? "stalled" : "broken";
}

const STALL_CHECKS = 5;
