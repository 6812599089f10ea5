import type { SpanKind } from "../model/span_kind.ts";
import { copyFunctionShape } from "./copy_function_shape.ts";
import { tracer as defaultTracer } from "./default_tracer.ts";
import { runInSpan } from "./run_in_span.ts";
import type { Tracer } from "./tracer.ts";
import type { SpanAttributes } from "./tracer_span.ts";

/** Options of {@linkcode traceFunction}. */
export interface TraceFunctionOptions {
  /** Name of the spans. @default the function's name */
  readonly name?: string;
  /** Kind of the spans. @default "function" */
  readonly kind?: SpanKind;
  /** Attributes of every span. */
  readonly attributes?: SpanAttributes;
  /** @default the tracer that the environment configures */
  readonly tracer?: Tracer;
}

/**
 * Wraps a function so that each call is a span, active in everything the call does. The wrapper behaves
 * as the function does: same `this`, results, errors, name, length, properties, and `new`. A call that
 * returns a promise ends with it; an iterator's ends when it is handed out.
 *
 * @param fn The function.
 * @returns The wrapper.
 * @example
 * ```ts
 * import { traceFunction } from "./trace_function.ts";
 *
 * const add = traceFunction(function add(a: number, b: number): number {
 *   return a + b;
 * });
 * if (add(1, 2) !== 3 || add.name !== "add") throw new Error("changed");
 * ```
 */
export function traceFunction<Fn extends (...args: never[]) => unknown>(
  fn: Fn,
  options: TraceFunctionOptions = {},
): Fn {
  const tracer = options.tracer ?? defaultTracer;
  const name = options.name ?? (fn.name || "anonymous");
  const spanOptions = { kind: options.kind, attributes: options.attributes };
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const newTarget = new.target;
    if (!tracer.isEnabled) return call(fn, this, args, newTarget === wrapper ? fn : newTarget);
    return runInSpan(
      tracer.startSpan(name, spanOptions),
      () => call(fn, this, args, newTarget === wrapper ? fn : newTarget),
    );
  }
  return copyFunctionShape(wrapper, fn);
}

type Constructor = new (...args: unknown[]) => unknown;

function call(
  fn: (...args: never[]) => unknown,
  self: unknown,
  args: unknown[],
  newTarget: unknown,
): unknown {
  return newTarget === undefined
    ? Reflect.apply(fn, self, args)
    : Reflect.construct(fn, args, newTarget as Constructor);
}
