import { AsyncLocalStorage } from "node:async_hooks";
import type { TracerSpan } from "./tracer_span.ts";

const SHARED = Symbol.for("@trace/sdk.active_span");

/**
 * Carries the active span through calls, promises, timers and streams. All tracers share it, also those of
 * another copy of this SDK in the same program: `trace run` brings one along.
 */
const storage: AsyncLocalStorage<TracerSpan | undefined> =
  (globalThis as { [SHARED]?: AsyncLocalStorage<TracerSpan | undefined> })[SHARED] ??=
    new AsyncLocalStorage<TracerSpan | undefined>();

/**
 * The span within which this code runs, if any.
 *
 * @example
 * ```ts
 * import { activeSpan } from "./active_span.ts";
 *
 * // Does nothing outside of a span.
 * activeSpan()?.setAttribute("user", "ada");
 * ```
 */
export function activeSpan(): TracerSpan | undefined {
  return storage.getStore();
}

/**
 * Calls a function with a span active in it and in everything asynchronous that it starts.
 *
 * @param span The span; `undefined` to have none active.
 * @param fn Called at once, without arguments.
 * @returns What the function returns.
 */
export function withSpan<Result>(span: TracerSpan | undefined, fn: () => Result): Result {
  return storage.run(span, fn);
}
