import type { Http2Session } from "node:http2";

/**
 * Lets the other end of an HTTP/2 connection send so many bytes, over all streams, before it is told that
 * there is room for more. Deno 2.4 cannot, and stays with HTTP/2's 64 KiB.
 */
export function widenHttp2Window(session: Http2Session, bytes: number): void {
  try {
    session.setLocalWindowSize(bytes);
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_NOT_IMPLEMENTED") throw error;
  }
}
