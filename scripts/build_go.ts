import { join } from "node:path";

/** A program that was built, or why it could not be. */
export type GoBuild =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string };

/** What {@linkcode buildGo} is to build. */
export interface GoBuildOptions {
  /** Folder with a `go.mod` and a `main` package; it is left as it is. */
  source: string;
  /** Existing folder to build in; the program is written into it. */
  folder: string;
  /** Name of the program. */
  name: string;
  /** Modules to add first, each with its version: `example.org/module@v1.2.3`. */
  modules?: readonly string[];
  /**
   * Package to build, which may be one of a module that `go.mod` requires. @default the folder's own
   */
  package?: string;
}

/**
 * Builds a Go program in a folder of its own, so that nothing is left in the sources. Programs that
 * compare with published modules are not built everywhere: Go or the module may be out of reach.
 */
export async function buildGo(options: GoBuildOptions): Promise<GoBuild> {
  const { source, folder, name, modules = [], package: target = "." } = options;
  const work = await Deno.makeTempDir({ dir: folder, prefix: `${name}-` });
  for await (const entry of Deno.readDir(source)) {
    if (entry.isFile) await Deno.copyFile(join(source, entry.name), join(work, entry.name));
  }
  const path = join(folder, name);
  const commands = [
    ...modules.map((module) => ["get", module]),
    ["build", "-o", path, target],
  ];
  for (const args of commands) {
    const reason = await go(args, { cwd: work });
    if (reason !== undefined) return { ok: false, reason };
  }
  return { ok: true, path };
}

/**
 * Installs a program from its published module.
 *
 * @param module With its version: `example.org/module@v1.2.3`.
 * @param folder Existing folder to put the program into.
 */
export async function installGo(module: string, folder: string): Promise<GoBuild> {
  const reason = await go(["install", module], { cwd: folder, env: { GOBIN: folder } });
  if (reason !== undefined) return { ok: false, reason };
  return { ok: true, path: join(folder, module.replace(/@.*$/, "").split("/").pop() as string) };
}

/** Runs Go and says why it failed: the last line it printed; `undefined` when it did not. */
async function go(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("go", {
      args: [...args],
      cwd: options.cwd,
      env: { GOFLAGS: "-mod=mod -buildvcs=false", ...options.env },
    }).output();
    if (success) return undefined;
    const lines = new TextDecoder().decode(stderr).trim().split("\n");
    return lines[lines.length - 1].trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "Go is not installed";
    throw error;
  }
}
