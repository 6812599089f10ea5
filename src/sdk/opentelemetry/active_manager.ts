import type { ContextManager } from "./api.ts";
import { OpenTelemetryContextManager } from "./context_manager.ts";

/**
 * The context manager that the program has registered with `@opentelemetry/api`; one of this SDK when
 * none is. The package keeps it under this symbol, in every copy of version 1.
 */
export function activeManager(): ContextManager {
  const api: unknown = Reflect.get(globalThis, Symbol.for("opentelemetry.js.api.1"));
  const manager: unknown = typeof api === "object" && api !== null && Reflect.get(api, "context");
  return isManager(manager) ? manager : ownManager;
}

function isManager(manager: unknown): manager is ContextManager {
  return typeof manager === "object" && manager !== null &&
    typeof Reflect.get(manager, "active") === "function" &&
    typeof Reflect.get(manager, "with") === "function";
}

const ownManager = new OpenTelemetryContextManager();
