import Module from "node:module";

/** What the package's checks call: mocha's functions and a few of chai's. */
interface Check {
  readonly name: string;
  run(): void;
}

/**
 * The API compatibility checks that come with the package `opentracing`, made for one tracer. The package
 * wants mocha and chai around them; of both they use little, which is here.
 *
 * @param createTracer Called before each check.
 */
export async function compatibilityChecks(createTracer: () => unknown): Promise<Check[]> {
  const load: unknown = Reflect.get(Module, "_load");
  if (typeof load !== "function") throw new Error("Could not load the checks: node:module differs");
  Reflect.set(Module, "_load", function (this: unknown, ...args: unknown[]): unknown {
    return args[0] === "chai" ? { expect, assert: { equal } } : Reflect.apply(load, this, args);
  });
  try {
    const path = "npm:opentracing@0.14.7/lib/test/api_compatibility.js";
    const { default: module } = await import(path);
    return gather(() => (module.default ?? module)(createTracer));
  } finally {
    Reflect.set(Module, "_load", load);
  }
}

function gather(declare: () => void): Check[] {
  const checks: Check[] = [];
  const path: string[] = [];
  let prepare = (): void => {};
  const globals = {
    describe(name: string, body: () => void): void {
      path.push(name);
      body();
      path.pop();
    },
    it(name: string, body: () => void): void {
      checks.push({
        name: [...path, name].join(" "),
        run(): void {
          prepare();
          body();
        },
      });
    },
    beforeEach(body: () => void): void {
      prepare = body;
    },
  };
  Object.assign(globalThis, globals);
  try {
    declare();
  } finally {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
  }
  return checks;
}

function expect(value: unknown): unknown {
  return {
    to: {
      not: { throw: (): unknown => (value as () => unknown)() },
      be: { a: (type: string): void => equal(typeof value, type) },
    },
  };
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`Got ${String(actual)}, expected ${String(expected)}`);
}
