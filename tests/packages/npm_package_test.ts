import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { canPack, packNpm } from "../../scripts/npm.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = fileURLToPath(new URL("./program", import.meta.url));

/** Runtimes to use the package on, as they come from the PATH or from npm. */
const RUNTIMES: readonly { name: string; command: string; args: string[] }[] = [
  { name: "the Node on the PATH", command: "node", args: [] },
  { name: "Node 26 from npm", command: "npx", args: ["-y", "node@26"] },
  { name: "Bun from npm", command: "npx", args: ["-y", "bun@1.4.4"] },
];

Deno.test("the npm package, installed in an empty project, works on Node and on Bun", {
  ignore: !canPack(),
}, () =>
  inTemporaryFolder(async (folder) => {
    await packNpm(root, `${folder}/package`);
    const packed = await run("npm", ["pack", "--silent", `${folder}/package`], folder);
    if (packed === undefined) return console.log("skipped: npm is missing");
    const project = `${folder}/project`;
    await Deno.mkdir(project);
    await Deno.writeTextFile(`${project}/package.json`, '{"type":"module"}');
    const install = ["install", "--silent", "--no-audit", `${folder}/${packed.stdout.trim()}`];
    assertEquals((await run("npm", install, project))?.code, 0);
    for (const program of ["main.mjs", "replay.mjs"]) {
      await Deno.copyFile(`${programs}/${program}`, `${project}/${program}`);
    }
    for (const { name, command, args } of RUNTIMES) {
      const version = await run(command, [...args, "--version"], project);
      if (version?.code !== 0) {
        console.log(`skipped on ${name}: it cannot be had here`);
        continue;
      }
      const result = await run(command, [...args, "main.mjs"], project);
      assertEquals([name, result?.code], [name, 0], result?.stderr);
      const seen = JSON.parse(result?.stdout ?? "");
      assertEquals(seen.text, "hello", name);
      assertEquals(seen.names, ["GET /greet > GET /greet > work 42"], name);
      assertEquals(seen.broadcast, ["broadcast"], name);
      assertEquals([seen.recorded, seen.sent, seen.queued], [6, 6, 0], name);
      const replayed = await run(command, [...args, "replay.mjs"], project);
      assertEquals([name, replayed?.code], [name, 0], replayed?.stderr);
      assertEquals(JSON.parse(replayed?.stdout ?? ""), {
        outcome: "done",
        sentSpanCount: 1000,
        recorded: 1000,
        error: "Cannot reach http://127.0.0.1:1: nobody listens there",
      }, name);
    }
  }));

interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command; `undefined` when there is none of that name. */
async function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<RunResult | undefined> {
  try {
    const env = { TMPDIR: cwd, NO_UPDATE_NOTIFIER: "1" };
    const output = await new Deno.Command(command, { args, cwd, env }).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
