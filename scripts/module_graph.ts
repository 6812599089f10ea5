import { fileURLToPath, pathToFileURL } from "node:url";
import { join, relative } from "node:path";
import { pathExists } from "./path_exists.ts";

/** One import of one file, static, dynamic or of types alone. */
export interface ModuleImport {
  /** The importing file, relative to the root folder, with forward slashes. */
  readonly from: string;
  /** Line of the import, counted from 1. */
  readonly line: number;
  /** The import as it is written. */
  readonly specifier: string;
  /** Imported file relative to the root folder; absent when it is not a file. */
  readonly file?: string;
  /** Imported module when it is not a file, such as `node:fs` or `npm:commander@15.1.0`. */
  readonly module?: string;
}

/** The modules that some files load, as `deno info --json` tells it. */
export interface ModuleGraph {
  readonly imports: readonly ModuleImport[];
  /** What could not be loaded, as sentences. */
  readonly errors: readonly string[];
}

interface InfoOutput {
  readonly modules: readonly InfoModule[];
  readonly redirects?: { readonly [specifier: string]: string };
}

interface InfoModule {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly InfoDependency[];
}

interface InfoDependency {
  readonly specifier: string;
  readonly code?: InfoResolution;
  readonly type?: InfoResolution;
}

interface InfoResolution {
  readonly specifier?: string;
  readonly error?: string;
  readonly span?: { readonly start: { readonly line: number } };
}

/**
 * Reads the module graph of some files with the running Deno, whose resolution is the one that
 * counts: import map, dynamic imports and type-only imports included.
 *
 * @param root Absolute path of the folder that holds the files and perhaps a `deno.json`.
 * @param files Paths relative to the root.
 * @throws {Error} When `deno info` fails as a whole.
 */
export async function readModuleGraph(
  root: string,
  files: readonly string[],
): Promise<ModuleGraph> {
  // `deno info` takes one file, so a file that imports all the others stands in for them.
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const urls = files.map((file) => pathToFileURL(join(root, file)).href);
    await Deno.writeTextFile(entry, urls.map((url) => `import ${JSON.stringify(url)};\n`).join(""));
    return parseInfo(await runInfo(root, entry), root, pathToFileURL(entry).href);
  } finally {
    await Deno.remove(entry);
  }
}

async function runInfo(root: string, entry: string): Promise<InfoOutput> {
  const config = join(root, "deno.json");
  const args = [
    "info",
    "--json",
    "--no-lock",
    ...(await pathExists(config) ? ["--config", config] : []),
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, entry],
    cwd: root,
  }).output();
  if (!success) {
    throw new Error(`Could not read the module graph: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

function parseInfo(info: InfoOutput, root: string, entry: string): ModuleGraph {
  const imports: ModuleImport[] = [];
  const errors: string[] = [];
  for (const module of info.modules) {
    const from = relativePath(root, module.specifier);
    if (module.specifier === entry || from === undefined) continue;
    if (module.error !== undefined) errors.push(`${from}: ${module.error}`);
    for (const dependency of module.dependencies ?? []) {
      const resolution = dependency.code ?? dependency.type;
      const line = (resolution?.span?.start.line ?? 0) + 1;
      const { specifier } = dependency;
      if (resolution?.specifier === undefined) {
        errors.push(`${from}:${line}: "${specifier}" does not resolve (${resolution?.error})`);
        continue;
      }
      const target = info.redirects?.[resolution.specifier] ?? resolution.specifier;
      const file = relativePath(root, target);
      imports.push(
        file === undefined
          ? { from, line, specifier, module: target }
          : { from, line, specifier, file },
      );
    }
  }
  return { imports, errors };
}

function relativePath(root: string, specifier: string): string | undefined {
  if (!specifier.startsWith("file:")) return undefined;
  return relative(root, fileURLToPath(specifier)).replaceAll("\\", "/");
}
