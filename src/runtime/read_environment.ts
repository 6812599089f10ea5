import process from "node:process";
import { isDeno } from "./is_deno.ts";

/**
 * Reads an environment variable without ever asking the user for the permission.
 *
 * @param name The variable, for example `TRACE_SOCKET`.
 * @returns `undefined` when it is unset, empty, or may not be read.
 */
export function readEnvironment(name: string): string | undefined {
  try {
    if (isDeno()) {
      const { state } = Deno.permissions.querySync({ name: "env", variable: name });
      return state === "granted" ? Deno.env.get(name) || undefined : undefined;
    }
    return process.env[name] || undefined;
  } catch {
    return undefined;
  }
}
