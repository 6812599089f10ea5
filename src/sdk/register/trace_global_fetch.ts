import { traceFetch } from "../trace_fetch.ts";
import { markTraced } from "../traced_mark.ts";

/** Puts a traced `fetch` in place of the global one. */
export function traceGlobalFetch(): void {
  const { fetch } = globalThis;
  if (typeof fetch !== "function") return;
  const traced = traceFetch(fetch);
  markTraced(traced);
  Object.defineProperty(globalThis, "fetch", {
    value: traced,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
