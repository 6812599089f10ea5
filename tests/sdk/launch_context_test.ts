import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const CASES = fileURLToPath(new URL("./_launch_context_cases.ts", import.meta.url));

// The cases set environment variables, which all files of one run of tests share.
Deno.test("spans join the span that the program was started in", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", CASES],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
});
