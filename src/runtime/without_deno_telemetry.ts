import { isDeno } from "./is_deno.ts";

/** What is used of a context manager of `@opentelemetry/api`. */
interface ContextManager {
  active(): { setValue(key: symbol, value: unknown): unknown };
  with<Result>(context: unknown, fn: () => Result): Result;
}

/**
 * Calls a function without Deno's own tracing of what it does, which `OTEL_DENO` switches on: a request
 * that is traced already would get a second span, and headers that say something else than ours.
 */
export function withoutDenoTelemetry<Result>(fn: () => Result): Result {
  const manager = denoContextManager();
  return manager === undefined
    ? fn()
    : manager.with(manager.active().setValue(SUPPRESS_TRACING, true), fn);
}

/** Deno's own one; another may be registered in its place. */
function denoContextManager(): ContextManager | undefined {
  if (!isDeno()) return undefined;
  const own = (Deno as { telemetry?: { contextManager?: ContextManager } }).telemetry;
  const api = (globalThis as { [REGISTRY]?: { context?: ContextManager } })[REGISTRY];
  return api?.context !== undefined && api.context === own?.contextManager
    ? api.context
    : undefined;
}

/** Where `@opentelemetry/api` keeps what is registered. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");
/** The key of `@opentelemetry/core`'s `suppressTracing`. */
const SUPPRESS_TRACING = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
