/** Runs the demo application under `trace run`, then says how to open the recording again. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const deno = Deno.execPath();
const startedAt = new Date().toISOString().slice(0, 19).replace(/[^0-9]/g, "");
const recording = `dist/demo-${startedAt}.jsonl`;

await mkdir(`${root}dist`, { recursive: true });
const { code } = await new Deno.Command(deno, {
  args: [
    "run",
    "-A",
    "cli.ts",
    "run",
    "--out",
    recording,
    "--",
    deno,
    "run",
    "-A",
    "examples/demo/app.ts",
  ],
  cwd: root,
  // The shop traces itself; Deno's own spans of the same requests would only be in the way.
  env: { OTEL_DENO: "false" },
}).spawn().status;

if (code === 0) {
  console.log(`
The run is recorded in ${recording}. Open it again, in the project's folder:

  ${denoCommand()} task trace view ${recording}
`);
}
Deno.exitCode = code;

/** How Deno is started here: npx keeps it in a folder of its own, which is not on the PATH afterwards. */
function denoCommand(): string {
  return deno.includes("_npx") ? `npx -y deno@${Deno.version.deno}` : "deno";
}
