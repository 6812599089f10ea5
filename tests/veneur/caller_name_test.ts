import { assertEquals } from "@std/assert";
import { callerName, nameOfFrame } from "../../src/veneur/caller_name.ts";

Deno.test("names come out of the lines of a stack", () => {
  const cases = {
    "    at load (file:///shop.ts:3:5)": "load",
    "    at async load (file:///shop.ts:3:5)": "load",
    "    at new Shop (file:///shop.ts:3:5)": "Shop",
    "    at Shop.load [as run] (file:///shop.ts:3:5)": "Shop.load",
    "    at Object.load (C:\\shop\\shop.js:3:5)": "load",
    "    at Function.load (file:///shop.ts:3:5)": "load",
    "    at <anonymous> (file:///a/shop.ts:3:5)": "shop.ts",
    "    at Object.<anonymous> (/a/shop.cjs:3:5)": "shop.cjs",
    "    at file:///a/shop.ts:3:5": "shop.ts",
    "    at async file:///a/shop.ts:3:5": "shop.ts",
    "    at C:\\a\\shop.js:3:5": "shop.js",
    "    at anonymous (file:///a/shop.ts:3:5)": "shop.ts",
    "nothing of the kind": "unknown",
  };
  for (const [frame, name] of Object.entries(cases)) assertEquals(nameOfFrame(frame), name, frame);
});

Deno.test("a runtime that gives stacks of another form gives no name, and no error", () => {
  function called(): string {
    return callerName(called);
  }
  const { prepareStackTrace } = Error as { prepareStackTrace?: unknown };
  try {
    Object.assign(Error, { prepareStackTrace: () => ({ not: "text" }) });
    assertEquals(called(), "unknown");
    Object.assign(Error, {
      prepareStackTrace: (): never => {
        throw new Error("hostile");
      },
    });
    assertEquals(called(), "unknown");
  } finally {
    Object.assign(Error, { prepareStackTrace });
  }
});
