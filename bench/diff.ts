import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { traceCommand } from "../scripts/start_collector.ts";
import { printTable } from "./table.ts";

const PROGRAM = fileURLToPath(new URL("./diff/program.ts", import.meta.url));

/**
 * How often `trace diff` finds something in two real runs of one program, and what it finds when one
 * endpoint was made 30 % slower and another was given a loop of queries.
 */
export async function benchDiff(folder: string, runCount: number): Promise<void> {
  const same: Record<string, number> = {};
  const changed: Record<string, number> = {};
  for (let run = 0; run < runCount; run++) {
    const before = await record(folder, "before");
    count(same, await compare(before, await record(folder, "same")));
    count(changed, await compare(before, await record(folder, "changed", "slow", "loop")));
  }
  const rows = Object.entries({ "the same program": same, "the changed program": changed })
    .flatMap(([title, found]) =>
      Object.entries(found).map(([text, times]) => [title, text, `${times} of ${runCount}`])
    );
  printTable("What trace diff finds in real runs", ["compared with", "found", "times"], rows);
}

async function record(folder: string, name: string, ...args: string[]): Promise<string> {
  const out = join(folder, `${name}.jsonl`);
  await Deno.remove(out).catch(() => {});
  const program = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM, ...args];
  await runTrace(["run", "--quiet", "--out", out, "--", ...program]);
  return out;
}

/** What is found, in words. */
async function compare(before: string, after: string): Promise<string> {
  const output = await runTrace(["diff", before, after, "--json"]);
  const found = output.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "finding")
    .map(({ kind, operation }) => `${kind} ${operation.name}`);
  return found.join("; ") || "nothing";
}

async function runTrace(args: readonly string[]): Promise<string> {
  const command = traceCommand();
  const { success, stdout, stderr } = await new Deno.Command(command.command, {
    args: [...command.args, ...args],
    env: { OTEL_DENO: "false" },
  }).output();
  if (!success) throw new Error(`trace failed: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout);
}

function count(counts: Record<string, number>, text: string): void {
  counts[text] = (counts[text] ?? 0) + 1;
}
