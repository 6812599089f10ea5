import { isDeno } from "./is_deno.ts";

/**
 * Keeps the program alive when the server of a `node:http2` client leaves in the middle of an answer: Deno before 2.5 then rejects a promise of its own, which nobody can handle. For good, because that may
 * come after the connection has been closed. Elsewhere it does nothing.
 */
export function ignoreBrokenBodies(): void {
  if (isIgnoring || !isOldDeno()) return;
  isIgnoring = true;
  globalThis.addEventListener("unhandledrejection", (event) => {
    if (FROM_HTTP2.test(event.reason?.stack)) event.preventDefault();
  });
}

let isIgnoring = false;
const FROM_HTTP2 = /^Error: [^\n]*\n +at node:http2:/;

function isOldDeno(): boolean {
  if (!isDeno()) return false;
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  return major < 2 || major === 2 && minor < 5;
}
