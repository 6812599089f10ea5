import { createHash } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * The value of `NODE_OPTIONS` with which Node programs trace themselves: they load `src/sdk/register` first.
 *
 * @param folder A private folder; the module is written there, because Node has to find it in a file.
 * @param options What `NODE_OPTIONS` is so far.
 * @returns `undefined` when the module cannot be had: Node programs then run untraced.
 */
export async function nodeOptions(
  folder: string,
  options: string | undefined,
): Promise<string | undefined> {
  const code = await readEmbedded() ?? await bundleSources(folder);
  if (code === undefined) return undefined;
  // By its content: a session of another version must not find its module changed.
  const hash = createHash("sha256").update(code).digest("hex").slice(0, 16);
  const path = join(folder, `register-${hash}.mjs`);
  await writeWhole(path, code);
  // A URL has no spaces, which would split it.
  const added = `--import=${pathToFileURL(path)}`;
  return options === undefined ? added : `${options} ${added}`;
}

/** The bundle that `scripts/compile.ts` puts beside the code of the executable. */
async function readEmbedded(): Promise<string | undefined> {
  return await readFile(new URL("./register.mjs", import.meta.url), "utf8").catch(() => undefined);
}

/** Makes the bundle when running from the sources. */
async function bundleSources(folder: string): Promise<string | undefined> {
  const entry = new URL("../sdk/register/mod.ts", import.meta.url);
  const found = await stat(entry).catch(() => undefined);
  if (found === undefined) return undefined;
  const path = join(folder, `register-source-${process.pid}.mjs`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", "--output", path, fileURLToPath(entry)],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  if (!success) return undefined;
  try {
    return await readFile(path, "utf8");
  } finally {
    await Deno.remove(path);
  }
}

/** Another session may write the same file: it is there whole or not at all. */
async function writeWhole(path: string, text: string): Promise<void> {
  if (await stat(path).catch(() => undefined) !== undefined) return;
  const part = `${path}.${process.pid}`;
  await writeFile(part, text, { mode: 0o600 });
  await rename(part, path);
}
