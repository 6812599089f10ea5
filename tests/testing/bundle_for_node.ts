import { join } from "node:path";

/**
 * Bundles a program to plain JavaScript for Node.
 *
 * @param program Path of the program's TypeScript.
 * @param folder Folder for the bundle.
 * @returns The command that runs it; `undefined`, with a message, where there is no Node 20 or later.
 */
export async function bundleForNode(
  program: string,
  folder: string,
): Promise<string[] | undefined> {
  const version = new Deno.Command("node", { args: ["--version"], stderr: "null" });
  const { stdout } = await version.output().catch(() => ({ stdout: new Uint8Array() }));
  if (Number(/^v(\d+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? 0) < 20) {
    console.log("skipped on Node: no node 20 or later on the PATH");
    return undefined;
  }
  const file = join(folder, "program.mjs");
  const bundled = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", "--output", file, program],
    stderr: "null",
  }).output();
  if (!bundled.success) {
    console.log("skipped on Node: this Deno cannot bundle");
    return undefined;
  }
  return ["node", file];
}
