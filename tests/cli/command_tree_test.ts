import { assertEquals } from "@std/assert";
import { CommandTree } from "../../src/cli/command_tree.ts";
import { makeSpan } from "../assemble/_make_span.ts";

const COMMAND = makeSpan("top", { traceId: "own", name: "shop\n\x1b[2J", kind: "internal" });
const RESULT = { span: { ...COMMAND, state: "ended" as const }, end: "exit code 0", counts: "…" };

Deno.test("what runs under a command is one tree below it, by start, as it finishes", () => {
  const tree = new CommandTree(COMMAND, { color: false });
  tree.add(COMMAND, 0);
  assertEquals([tree.print(1000), tree.hasOwnSpans], ["", false]);
  tree.add(makeSpan("job", { traceId: "own", parentId: "top", at: 5, ms: 2 }), 1000);
  tree.add(makeSpan("step", { traceId: "own", parentId: "job", at: 6, ms: 1 }), 1000);
  tree.add(makeSpan("request", { traceId: "other", at: 1, ms: 2 }), 1000);
  tree.add(makeSpan("hung", { traceId: "own", parentId: "top", at: 9 }), 1000);
  assertEquals(
    tree.print(1100),
    "· shop ␛[2J\n" +
      "├─ ƒ request  2ms  1 span  2026-11-20 11:03:12.001\n" +
      "├─ ƒ job  2ms  2 spans  2026-11-20 11:03:12.005\n" +
      "│  └─ ƒ step  1ms\n",
  );
  assertEquals(
    tree.print(1200, true),
    "├─ ƒ hung  unfinished  1 span  2026-11-20 11:03:12.009\n",
  );
  assertEquals([tree.printEnd(RESULT), tree.hasOwnSpans], ["└─ exit code 0  0ns  …\n", true]);
});

Deno.test("a command under which nothing ran is one line", () => {
  const tree = new CommandTree(COMMAND, { color: false });
  assertEquals(tree.printEnd(RESULT), "· shop ␛[2J  exit code 0  0ns  …\n");
});
