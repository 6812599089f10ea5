import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSpans } from "../tests/testing/generated_spans.ts";
import { recordSpans } from "./record_spans.ts";
import { megabytes, printTable, thousands } from "./table.ts";

const PROGRAM = fileURLToPath(new URL("./stats/program.ts", import.meta.url));
const PARTS = [
  ["command", "trace stats FILE"],
  ["decode", "  of it: reading the file"],
  ["live", "counting lines of a session"],
] as const;

/** `trace stats` over recordings of several lengths: time, and memory that does not grow with them. */
export async function benchStats(folder: string, spanCounts: readonly number[]): Promise<void> {
  const rows: string[][] = [];
  for (const spanCount of spanCounts) {
    const path = join(folder, "stats.jsonl");
    await recordSpans(path, generateSpans({ spanCount }));
    for (const [part, title] of PARTS) {
      const { seconds, cpuSeconds, peakBytes } = await measure(part, path);
      rows.push([
        title,
        `${spanCount / 1e6} M`,
        `${seconds.toFixed(2)} s`,
        `${cpuSeconds.toFixed(2)} s`,
        thousands(spanCount / seconds),
        peakBytes === undefined ? "–" : megabytes(peakBytes),
      ]);
    }
    await Deno.remove(path);
  }
  printTable("Statistics", ["what", "spans", "time", "of all CPUs", "speed", "memory"], rows);
}

async function measure(
  part: string,
  path: string,
): Promise<{ seconds: number; cpuSeconds: number; peakBytes?: number }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", PROGRAM, part, path],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  // The last line: the command prints its tables before it.
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").pop() as string);
}
