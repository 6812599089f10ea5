import { AsyncLocalStorage } from "node:async_hooks";
import { activeSpan, withSpan } from "../active_span.ts";
import { type Method, patchMethod } from "../patch_method.ts";
import { type Context, type ContextManager, SPAN_KEY, spanOf } from "./api.ts";
import { EMPTY_CONTEXT } from "./map_context.ts";
import { toNativeSpan, toOpenTelemetrySpan } from "./native_span.ts";

/**
 * Carries OpenTelemetry's context together with the active span of this SDK: a span made by either is the
 * parent of the next one made by the other.
 *
 * @example
 * ```ts
 * import { OpenTelemetryContextManager } from "./context_manager.ts";
 *
 * // import { context } from "@opentelemetry/api";
 * // context.setGlobalContextManager(new OpenTelemetryContextManager());
 * const manager = new OpenTelemetryContextManager();
 * const key = Symbol("user");
 * const found = manager.with(manager.active().setValue(key, "ada"), () => {
 *   return manager.active().getValue(key);
 * });
 * if (found !== "ada") throw new Error("lost");
 * ```
 */
export class OpenTelemetryContextManager implements ContextManager {
  active(): Context {
    const context = storage.getStore() ?? EMPTY_CONTEXT;
    const native = activeSpan();
    const span = spanOf(context);
    if ((span && toNativeSpan(span)) === native) return context;
    // The program has entered or left a span of this SDK within the context.
    return native === undefined
      ? context.deleteValue(SPAN_KEY)
      : context.setValue(SPAN_KEY, toOpenTelemetrySpan(native));
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const span = spanOf(context);
    return storage.run(
      context,
      () => withSpan(span && toNativeSpan(span), () => Reflect.apply(fn, thisArg, args)),
    );
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target === "function") return this.#bindFunction(context, target) as T;
    if (isEmitter(target)) {
      // Every listener runs in the context, whoever added it, and can be removed as usual.
      patchMethod(target, "emit", (emit) => this.#bindFunction(context, emit));
    }
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }

  // deno-lint-ignore ban-types -- what `typeof` knows of a function
  #bindFunction(context: Context, fn: Function): Method {
    const run = (call: () => unknown): unknown => this.with(context, call);
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return run(() => Reflect.apply(fn, this, args));
    };
    Object.defineProperty(bound, "length", { value: fn.length, configurable: true });
    return bound;
  }
}

function isEmitter(target: unknown): target is object {
  return typeof target === "object" && target !== null &&
    typeof Reflect.get(target, "emit") === "function" &&
    typeof Reflect.get(target, "on") === "function";
}

/** All managers share it, as all tracers share the active span. */
const storage = new AsyncLocalStorage<Context>();
