import type { Http2Session } from "node:http2";
import { setImmediate } from "node:timers";

/**
 * Lets what is written to an HTTP/2 connection in this turn of the event loop and the next go out at once: Deno
 * makes a system call for each frame otherwise. Node writes past the socket that it shows, and Deno 2.4 shows
 * none: nothing changes there.
 */
export function gatherHttp2Writes(session: Http2Session): void {
  // Not again while it gathers: answers that follow one another would hold each other back.
  if (gathering.has(session)) return;
  const uncork = corked(session);
  if (uncork === undefined) return;
  gathering.add(session);
  // The trailers of an answer are written in the turn after its body.
  setImmediate(() =>
    setImmediate(() => {
      gathering.delete(session);
      // Nobody is there to be answered; Deno crashes when it writes to a connection that is gone.
      if (!session.destroyed) uncork();
    })
  );
}

/** Holds writes back until the function that it returns is called; `undefined` where that cannot be done. */
function corked(session: Http2Session): (() => void) | undefined {
  try {
    // Both are bound to the socket itself, and can be called when the session is gone.
    const { cork, uncork } = session.socket;
    cork();
    return uncork;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_HTTP2_SOCKET_UNBOUND") return undefined;
    throw error;
  }
}

const gathering = new WeakSet<Http2Session>();
