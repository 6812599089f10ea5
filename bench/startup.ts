import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable, ratio } from "./table.ts";
import { pathExists } from "../scripts/path_exists.ts";

/**
 * Start-up of the executable against one that only prints a word. The two run in turn, so that what
 * else the machine does hits both.
 */
export async function benchStartup(folder: string, runCount: number): Promise<void> {
  const trace = Deno.env.get("TRACE_BIN") ??
    fileURLToPath(new URL("../dist/trace", import.meta.url));
  if (!await pathExists(trace)) {
    console.log(`\nStart-up is not measured: ${trace} is missing; make it with deno task compile`);
    return;
  }
  const hello = join(folder, "hello");
  const reason = await compileHello(folder, hello);
  const commands = [[trace, "--version"], [trace, "collect", "--help"]];
  if (reason === undefined) commands.unshift([hello]);
  else console.log(`\nThe hello-world could not be compiled: ${reason}`);
  const times: number[][] = commands.map(() => []);
  for (let run = 0; run < runCount; run++) {
    for (const [index, [command, ...args]] of commands.entries()) {
      const began = performance.now();
      await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output();
      times[index].push(performance.now() - began);
    }
  }
  printTable(
    `Start-up of the executable, medians of ${runCount} runs in turn`,
    ["command", "median", "best", "against the first"],
    commands.map(([command, ...args], index) => [
      [command === hello ? "hello-world, compiled" : "trace", ...args].join(" "),
      `${median(times[index]).toFixed(1)} ms`,
      `${Math.min(...times[index]).toFixed(1)} ms`,
      ratio(median(times[index]), median(times[0])),
    ]),
  );
}

/** Compiles it as scripts/compile.ts does; returns why it could not be. */
async function compileHello(folder: string, output: string): Promise<string | undefined> {
  const source = join(folder, "hello.js");
  await Deno.writeTextFile(source, `console.log("hello");\n`);
  const flags = ["--quiet", "--no-config", "--no-lock", "--no-check", "--no-code-cache"];
  const { success, stderr } = await new Deno.Command(
    Deno.env.get("TRACE_COMPILE_DENO") ?? Deno.execPath(),
    { args: ["compile", ...flags, "--output", output, source], env: { NO_COLOR: "1" } },
  ).output();
  if (!success) return new TextDecoder().decode(stderr).trim().split("\n").pop();
  const started = await new Deno.Command(output).output();
  return started.success ? undefined : "DENORT_BIN and TRACE_COMPILE_DENO are not of one version";
}
