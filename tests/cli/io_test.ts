import { assertEquals } from "@std/assert";
import { wantsColor } from "../../src/cli/io.ts";
import { createCapturedIo } from "../testing/captured_io.ts";

Deno.test("colour is for terminals that want it", () => {
  const io = createCapturedIo();
  const terminal = { ...io.stdout, isTerminal: true };
  const withEnv = (env: Record<string, string>): typeof io => ({ ...io, env: (name) => env[name] });
  assertEquals(wantsColor(withEnv({}), terminal), true);
  assertEquals(wantsColor(withEnv({ NO_COLOR: "1" }), terminal), false);
  assertEquals(wantsColor(withEnv({ TERM: "dumb" }), terminal), false);
  assertEquals(wantsColor(withEnv({}), { ...io.stdout, isTerminal: false }), false);
});
