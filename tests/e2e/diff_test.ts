import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

const PROGRAM = fileURLToPath(new URL("../../bench/diff/program.ts", import.meta.url));

/** What the program's arguments change. */
const CHANGES = ["slower Report.Render", "new SELECT cents FROM items WHERE id = ?"];

Deno.test("diff finds nothing in two real runs of a program, and exactly what was changed in a third", () =>
  inTemporaryFolder(async (folder) => {
    const [first, second] = [await record(folder, "first"), await record(folder, "second")];
    const rules = ["--fail-on", "count>+0%", "--fail-on", "new>0", "--fail-on", "n_plus_one>+0"];
    const same = await runTrace(["diff", first, second, ...rules], { folder });
    assertEquals([same.code, same.stderr], [0, ""], same.stdout);
    assertStringIncludes(same.stdout, "No difference found.");

    // On a machine with many times more to do than it can, 30 % are not found each time.
    let found: string[] = [];
    for (let run = 0; run < 4 && found.join() !== CHANGES.join(); run++) {
      const before = run === 0 ? first : await record(folder, `before${run}`);
      const changed = await record(folder, `changed${run}`, "slow", "loop");
      const other = await runTrace(["diff", before, changed, "--json", ...rules], { folder });
      assertEquals(other.code, 1);
      found = other.stdout.trim().split("\n").map((line) => JSON.parse(line))
        .filter(({ type }) => type === "finding")
        .map(({ kind, operation }) => `${kind} ${operation.name}`);
      assert(found.includes(CHANGES[1]), found.join());
    }
    assertEquals(found, CHANGES);
  }));

async function record(folder: string, name: string, ...args: string[]): Promise<string> {
  const out = `${folder}/${name}.jsonl`;
  const command = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM, ...args];
  const { code, stderr } = await runTrace(["run", "--quiet", "--out", out, "--", ...command], {
    folder,
    env: { OTEL_DENO: "false" },
  });
  assertEquals(code, 0, stderr);
  return out;
}
