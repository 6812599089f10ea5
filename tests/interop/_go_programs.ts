import { fileURLToPath } from "node:url";
import { buildGo, type GoBuild } from "../../scripts/build_go.ts";

/**
 * Builds something of Go for the tests of one file, in a folder that goes when the file is done.
 * Tests that need it are ignored where it cannot be built, and the reason is printed.
 *
 * @param what What cannot be tested without it.
 * @param build Gets the folder to build in.
 */
export async function forTests(
  what: string,
  build: (folder: string) => Promise<GoBuild>,
): Promise<GoBuild> {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "trace-go-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const built = await build(folder);
  if (!built.ok) console.log(`Skipping the tests of ${what}: ${built.reason}`);
  return built;
}

/** Builds one of the programs beside these tests. */
export function buildProgram(name: string): Promise<GoBuild> {
  const source = sourceOf(name);
  return forTests(name, (folder) => buildGo({ source, folder, name }));
}

/**
 * Builds a program of a published module that one of the programs beside these tests requires. Unlike
 * `go install`, this asks for no other version than the one in its `go.mod`.
 *
 * @param requiredBy The program beside these tests.
 * @param path The published program's import path.
 */
export function buildPublished(requiredBy: string, path: string): Promise<GoBuild> {
  const name = path.split("/").pop() as string;
  const source = sourceOf(requiredBy);
  return forTests(name, (folder) => buildGo({ source, folder, name, package: path }));
}

function sourceOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
