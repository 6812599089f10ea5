import Module, { createRequire } from "node:module";
import { isAbsolute, sep } from "node:path";
import { type Method, patchMethod } from "../patch_method.ts";
import { traceDatabase } from "../trace_database.ts";
import { markTraced } from "../traced_mark.ts";

/** Drivers by the name under which they are loaded, and where their classes are. */
const DRIVERS: Readonly<Record<string, (exports: Exports) => readonly unknown[]>> = {
  "node:sqlite": ({ DatabaseSync }) => [DatabaseSync],
  "better-sqlite3": (exports) => [exports],
  "pg": ({ Client }) => [Client],
  "mysql2": ({ Connection, Pool }) => [Connection, Pool],
};

type Exports = Readonly<Record<string, unknown>>;

/** Traces the databases of drivers that the program loads from now on. */
export function traceLoadedDatabases(): void {
  // By what was loaded: a program may have several versions of a driver.
  const traced = new WeakSet<object>();
  patchMethod(Module, "_load", (load) =>
    function (this: unknown, ...args: unknown[]): unknown {
      const exports = Reflect.apply(load, this, args);
      const request = String(args[0]);
      const main = mainOfPromiseForm(request);
      const name = driverName(main ?? request);
      if (name === undefined || !isObject(exports) || traced.has(exports)) return exports;
      traced.add(exports);
      traceClasses(
        name,
        () => main === undefined ? exports : Reflect.apply(load, this, [main, args[1], false]),
      );
      return exports;
    } as Method);
  // An import of a built-in module does not pass through there.
  const sqlite = loadBuiltin("node:sqlite");
  if (sqlite !== undefined) traceClasses("node:sqlite", () => sqlite);
}

function traceClasses(name: string, load: () => unknown): void {
  try {
    for (const driverClass of DRIVERS[name](load() as Exports)) {
      if (typeof driverClass !== "function") continue;
      traceDatabase(driverClass.prototype);
      markTraced(driverClass.prototype);
    }
  } catch {
    // Another version of the driver: it goes on as it would without tracing.
  }
}

/** The driver that a request is for: its name, or the main file of its package. */
function driverName(request: string): string | undefined {
  if (Object.hasOwn(DRIVERS, request)) return request;
  if (!isAbsolute(request)) return undefined;
  // Imports load a package by the path of its main file.
  const [, name, file] = MAIN_FILE.exec(request.replaceAll(sep, "/")) ?? [];
  return name !== undefined && MAIN_FILES[name] === file ? name : undefined;
}

/** In the innermost folder of packages: some package managers nest them. */
const MAIN_FILE = /^.*\/node_modules\/([^/]+)\/(.*)$/;
const MAIN_FILES: Readonly<Record<string, string>> = {
  "better-sqlite3": "lib/index.js",
  "pg": "lib/index.js",
  "mysql2": "index.js",
};

/**
 * `mysql2/promise` wraps the classes of the main module, which it does not hand out: the request for that one,
 * if this is one for the other.
 */
function mainOfPromiseForm(request: string): string | undefined {
  const [, before] = /^(|.*[\\/]node_modules[\\/])mysql2[\\/]promise(?:\.js)?$/.exec(request) ?? [];
  if (before === undefined) return undefined;
  return before === "" ? "mysql2" : `${before}mysql2/index.js`;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** A built-in module; `undefined` where the runtime has none of that name, or warns that it is new. */
function loadBuiltin(name: string): unknown {
  try {
    const { process } = globalThis as { process?: { emitWarning: unknown } };
    const require = createRequire(import.meta.url);
    return process === undefined ? undefined : withoutWarnings(process, () => require(name));
  } catch {
    return undefined;
  }
}

/** The program did not ask for the module, so it must not see the warning that it is experimental. */
function withoutWarnings<Result>(process: { emitWarning: unknown }, fn: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return fn();
  } finally {
    process.emitWarning = emitWarning;
  }
}
