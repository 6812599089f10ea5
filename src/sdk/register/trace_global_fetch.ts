import { copyFunctionShape } from "../copy_function_shape.ts";
import { traceFetch } from "../trace_fetch.ts";
import { markTraced } from "../traced_mark.ts";
import { hostOf, telemetryHosts } from "./telemetry_hosts.ts";

/** Puts a traced `fetch` in place of the global one. */
export function traceGlobalFetch(): void {
  const { fetch } = globalThis;
  if (typeof fetch !== "function") return;
  const tracing = traceFetch(fetch);
  const hosts = telemetryHosts();
  const traced: typeof fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return hosts.has(hostOf(url) ?? "") ? fetch(input, init) : tracing(input, init);
  };
  copyFunctionShape(traced, fetch);
  markTraced(traced);
  Object.defineProperty(globalThis, "fetch", {
    value: traced,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
