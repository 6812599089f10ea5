/**
 * Traces programs on Deno, Node and Bun: a tracer with active spans, and wrappers for functions,
 * `fetch`, HTTP handlers and SQL drivers. Spans go to the collector that `TRACE_SOCKET` or
 * `GOTRACE_SOCKET` names, as `trace run` and `trace collect` do; without one, tracing costs nothing.
 *
 * @module
 */
export * from "./src/sdk/mod.ts";
