import { join } from "node:path";

/** What a program printed, or why there is none of it here. */
export type Tool =
  | { readonly ok: true; run(args: readonly string[]): Promise<string> }
  | { readonly ok: false; readonly reason: string };

/**
 * Installs packages from npm into a folder.
 *
 * @param packages Names with exact versions.
 * @returns Runs a script on Node that finds them.
 */
export async function nodeTool(folder: string, packages: readonly string[]): Promise<Tool> {
  await Deno.writeTextFile(join(folder, "package.json"), "{}");
  const flags = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
  const installed = await output("npm", ["install", ...flags, ...packages], folder);
  if (installed.code !== 0) return { ok: false, reason: `npm cannot install ${packages}` };
  return {
    ok: true,
    run: async ([script, ...args]) => {
      // Packages are looked for beside the script.
      const copy = join(folder, script.split("/").pop() as string);
      await Deno.copyFile(script, copy);
      return await printed("node", [copy, ...args], folder);
    },
  };
}

/**
 * Installs packages from PyPI into a folder.
 *
 * @param packages Names with exact versions.
 * @returns Runs a script on Python that finds them.
 */
export async function pythonTool(folder: string, packages: readonly string[]): Promise<Tool> {
  const made = await output("python3", ["-m", "venv", "venv"], folder);
  if (made.code !== 0) return { ok: false, reason: "there is no Python with venv" };
  const python = join(folder, "venv/bin/python");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
  if ((await output(python, pip, folder)).code !== 0) {
    return { ok: false, reason: `pip cannot install ${packages}` };
  }
  return { ok: true, run: (args) => printed(python, args, folder) };
}

/** Standard output of a command that must succeed. */
export async function printed(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const { code, stdout, stderr } = await output(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr.slice(-2000)}`);
  return stdout;
}

/** Runs a command; one that is not there has the code 127. */
export async function output(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  try {
    const env = { NO_UPDATE_NOTIFIER: "1", PYTHONIOENCODING: "utf-8" };
    const result = await new Deno.Command(command, { args: [...args], cwd, env }).output();
    const decoder = new TextDecoder();
    return {
      code: result.code,
      stdout: decoder.decode(result.stdout),
      stderr: decoder.decode(result.stderr),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 127, stdout: "", stderr: `there is no ${command}` };
  }
}
