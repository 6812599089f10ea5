import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether this Deno has `deno pack`, which came with 2.9. */
export function canPack(): boolean {
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 9);
}

/**
 * Packs the SDK for npm and unpacks the result, so that it can be looked at, tested and published
 * from a folder.
 *
 * @param root Absolute path of the repository.
 * @param output Folder for the package; what is in it is removed first.
 * @throws {Error} When `deno pack`, which Deno 2.9 brings, fails.
 */
export async function packNpm(root: string, output: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "trace-npm-" });
  try {
    const tarball = join(folder, "package.tgz");
    // Source maps would hold the path of the folder in which they were made.
    const flags = ["--quiet", "--allow-dirty", "--no-source-maps"];
    await run(Deno.execPath(), ["pack", ...flags, "--output", tarball], root);
    await run("tar", ["-xzf", tarball, "-C", folder], root);
    const manifest = join(folder, "package", "package.json");
    const packed = JSON.parse(await Deno.readTextFile(manifest));
    // What deno.json has no place for.
    const added = JSON.parse(await Deno.readTextFile(join(root, "npm", "manifest.json")));
    await Deno.writeTextFile(
      manifest,
      JSON.stringify({ ...packed, ...added }, undefined, 2) + "\n",
    );
    await Deno.remove(output, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await copyPackage(join(folder, "package"), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Copies all but TypeScript sources: `deno pack` adds those that `publish.include` names. */
async function copyPackage(from: string, to: string): Promise<void> {
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) {
      await copyPackage(source, target);
    } else if (!SOURCE.test(entry.name)) {
      await Deno.mkdir(to, { recursive: true });
      await Deno.copyFile(source, target);
    }
  }
}

const SOURCE = /(?<!\.d)\.ts$/;

async function run(command: string, args: string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  if (!success) {
    const details = new TextDecoder().decode(stderr).trim();
    throw new Error(`Could not run "${command} ${args[0]}": ${details}`);
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const output = join(root, "npm", "dist");
  await packNpm(root, output);
  console.error(`Packed ${output}; try it with npm pack --dry-run ${output}`);
}
