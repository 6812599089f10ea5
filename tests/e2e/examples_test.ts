import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

/** The runtimes that examples are for; the newest Node and Bun come from npm. */
const RUNTIMES: readonly (readonly [name: string, ...command: string[]])[] = [
  ["Deno", Deno.execPath(), "run", "-A"],
  ["Node", "npx", "-y", "node@26"],
  ["Bun", "npx", "-y", "bun@1.4.4"],
];

/** What each example's spans are, with their ancestors, sorted. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  web_service: [
    "GET /hello",
    "GET /hello > GET /hello",
    "GET /hello > GET /hello > find greeting",
    "GET /nothing",
    "GET /nothing > GET /nothing",
    "GET /nothing > GET /nothing > find greeting",
  ],
  worker: [
    ...Array(3).fill("place order"),
    ...Array(3).fill("place order > process order"),
    ...Array(3).fill("place order > process order > charge card"),
  ],
  library: [
    "translate a text",
    ...Array(2).fill("translate a text > Dictionary.translate"),
    ...Array(2).fill("translate a text > Dictionary.translate > Dictionary.look"),
    "translate a text > Dictionary.translate",
  ].sort(),
};

for (const [runtime, ...command] of RUNTIMES) {
  Deno.test(`the examples give their trees on ${runtime}`, () =>
    inTemporaryFolder(async (folder) => {
      const [program, ...args] = command;
      const version = await new Deno.Command(program, { args: [...args, "--version"] }).output()
        .catch(() => undefined);
      if (!version?.success) {
        return console.log(`skipped: ${runtime} cannot be had here`);
      }
      for (const [name, paths] of Object.entries(EXAMPLES)) {
        const example = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
        const out = `${folder}/${name}.jsonl`;
        const ran = await runTrace(["run", "--out", out, "--", ...command, example], { folder });
        assertEquals(ran.code, 0, ran.stderr);
        const viewed = await runTrace(["view", "--json", out], { folder });
        const seen = viewed.stdout.trim().split("\n").flatMap(pathsOf);
        assertEquals(seen.sort(), paths, name);
      }
    }));
}

/** The example's own spans of a trace that `view --json` printed, each with its ancestors. */
function pathsOf(line: string): string[] {
  const paths = new Map<string, string>();
  for (const { id, parent_id, name, resource, attrs } of JSON.parse(line).spans) {
    // Above is the command's own span; and Deno itself tells of requests by OTLP, too.
    if (resource !== undefined || attrs?.["process.command_line"] !== undefined) continue;
    const parent = paths.get(parent_id);
    paths.set(id, parent === undefined ? name : `${parent} > ${name}`);
  }
  return [...paths.values()];
}
