import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canPack, packNpm } from "../scripts/npm.ts";
import { VERSION } from "../src/cli/version.ts";
import { inTemporaryFolder } from "./testing/temporary_folder.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(await read("deno.json"));

function read(path: string): Promise<string> {
  return Deno.readTextFile(join(root, path));
}

/** Whether a program runs here; some tests need one that is not Deno. */
async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("the manifest, the program and the changelog name one version", async () => {
  assertEquals(VERSION, manifest.version);
  assertMatch(await read("CHANGELOG.md"), new RegExp(`^## ${RegExp.escape(VERSION)}\\b`, "m"));
});

Deno.test("every entry of the manifest's exports loads and exports something", async () => {
  for (const [name, path] of Object.entries<string>(manifest.exports)) {
    // Loaded for what it does to the whole program, which this one is not to suffer.
    if (name === "./register") continue;
    const module = await import(new URL(`../${path}`, import.meta.url).href);
    assert(Object.keys(module).length > 0, `${path} exports nothing`);
  }
});

Deno.test("every dependency has an exact version and is in the lock file", async () => {
  const { specifiers } = JSON.parse(await read("deno.lock"));
  for (const [alias, specifier] of Object.entries<string>(manifest.imports)) {
    assertMatch(specifier, /^npm:(@[^/]+\/)?[^/@]+@\d+\.\d+\.\d+(\/|$)/, `${alias} floats`);
    const [name] = /^npm:(@[^/]+\/)?[^/]+/.exec(specifier) as RegExpExecArray;
    assert(name in specifiers, `${name} is not in deno.lock; run deno task check`);
  }
});

Deno.test("the lock file names no host", async () => {
  assertEquals((await read("deno.lock")).match(/https?:\/\/[^"]*/g), null);
});

Deno.test("the README tells how to run the tests, and CI runs just that", async () => {
  const command = "npx -y deno@2.9.6 task ok";
  const script = await read(".ci/run");
  assertStringIncludes(await read("README.md"), command);
  assertStringIncludes(await read("CONTRIBUTING.md"), command);
  const newest = /^newest=(.*)$/m.exec(script)?.[1];
  assertEquals(`npx -y deno@${newest} task ok`, command);
  assertStringIncludes(script, 'npx -y "deno@$newest" task ok');
});

Deno.test("every task that the documentation names exists", async () => {
  for (const page of ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "npm/README.md"]) {
    for (const [, task] of (await read(page)).matchAll(/\bdeno(?:@[\d.]+)? task ([\w:]+)/g)) {
      assert(task in manifest.tasks, `${page} names the task ${task}`);
    }
  }
});

Deno.test("publishing to JSR passes its dry run", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test({
  name: "the npm package loads in Node and exports what the sources export",
  ignore: !canPack() || !await isInstalled("node") || !await isInstalled("tar"),
  fn: () =>
    inTemporaryFolder(async (folder) => {
      await packNpm(root, join(folder, "node_modules", manifest.name));
      for (const [entry, path] of Object.entries<string>(manifest.exports)) {
        const name = join(manifest.name, entry);
        const { stdout, stderr } = await new Deno.Command("node", {
          args: [
            ...["--input-type=module", "--eval"],
            `import * as m from ${
              JSON.stringify(name)
            }; console.log(JSON.stringify(Object.keys(m)));`,
          ],
          cwd: folder,
        }).output();
        assertEquals(new TextDecoder().decode(stderr), "");
        const module = await import(new URL(`../${path}`, import.meta.url).href);
        assertEquals(JSON.parse(new TextDecoder().decode(stdout)), Object.keys(module));
      }
    }),
});
