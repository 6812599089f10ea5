/**
 * Keeps the program alive when a client of `node:http2`'s server leaves in the middle of a request: Deno
 * before 2.5 then rejects a promise of its own, which nobody can handle. For good, because that may come
 * after the server has been closed.
 */
export function ignoreBrokenBodies(): void {
  if (isIgnoring) return;
  isIgnoring = true;
  globalThis.addEventListener("unhandledrejection", (event) => {
    const { name, message } = event.reason ?? {};
    if (name === "Http" || name === "BadResource" && /request body/.test(message)) {
      event.preventDefault();
    }
  });
}

let isIgnoring = false;
