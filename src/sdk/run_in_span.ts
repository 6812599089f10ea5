import { isPromise } from "node:util/types";
import { withSpan } from "./active_span.ts";
import { observePromise } from "./observe_promise.ts";
import type { TracerSpan } from "./tracer_span.ts";

/** Runs a function within a span and ends the span with it. */
export function runInSpan<Result>(span: TracerSpan, fn: () => Result): Result {
  let result: Result;
  try {
    result = withSpan(span, fn);
  } catch (error) {
    span.recordError(error).end();
    throw error;
  }
  if (isPromise(result)) {
    return observePromise(result, {
      onFulfilled: () => span.end(),
      onRejected: (error) => span.recordError(error).end(),
    }) as Result;
  }
  span.end();
  return result;
}
