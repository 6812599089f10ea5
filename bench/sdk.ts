import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable, ratio } from "./table.ts";

const PROGRAM = fileURLToPath(new URL("./sdk/program.ts", import.meta.url));
const SDKS = ["otel", "ours"] as const;
const SPAN_COUNT = 200_000;

/**
 * What a span with three attributes costs a program in this SDK and in OpenTelemetry's (batch
 * processor, an exporter that discards), on Deno and on Node where there is one.
 */
export async function benchSdk(folder: string, runCount: number): Promise<void> {
  const rows: string[][] = [];
  for (const [runtime, command] of await runtimes(folder)) {
    const figures: Record<string, { recording: number[]; all: number[] }> = {};
    for (let run = 0; run < runCount; run++) {
      for (const sdk of SDKS) {
        const { recording, all } = await runProgram([...command, sdk, String(SPAN_COUNT)]);
        const kept = figures[sdk] ??= { recording: [], all: [] };
        kept.recording.push(recording);
        kept.all.push(all);
      }
    }
    for (const sdk of SDKS) {
      const { recording, all } = figures[sdk];
      rows.push([
        `${runtime}, ${sdk === "ours" ? "@trace/sdk" : "OpenTelemetry JS"}`,
        `${median(recording).toFixed(2)} µs`,
        `${median(all).toFixed(2)} µs`,
        ratio(median(recording), median(figures.otel.recording)),
      ]);
    }
  }
  printTable(
    `Start and end of a span with 3 attributes, medians of ${runCount} runs in turn`,
    ["SDK", "the calls", "all CPU, formatting included", "the calls against OpenTelemetry"],
    rows,
  );
}

/** The program for each runtime that is here; Node needs it bundled. */
async function runtimes(folder: string): Promise<[string, string[]][]> {
  const found: [string, string[]][] = [["Deno", [Deno.execPath(), "run", "-A", PROGRAM]]];
  const bundle = join(folder, "sdk.mjs");
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", "--output", bundle, PROGRAM],
  }).output();
  const node = await new Deno.Command("node", { args: ["--version"] }).output().catch(() =>
    undefined
  );
  if (success && node?.success) {
    found.push([`Node ${new TextDecoder().decode(node.stdout).trim()}`, ["node", bundle]]);
  } else {
    console.log("\nThe SDK is not measured on Node: there is no Node, or this Deno cannot bundle");
  }
  return found;
}

async function runProgram(command: string[]): Promise<{ recording: number; all: number }> {
  const [program, ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`The bench failed: ${new TextDecoder().decode(stderr).trim()}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
