import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { findLayerProblems } from "./find_layer_problems.ts";
import { ENTRIES, LAYERS, type LayerTable } from "./layers.ts";
import { readModuleGraph } from "./module_graph.ts";
import { compareLayerTables, parseLayerTable } from "./parse_layer_table.ts";

/**
 * Checks the imports of a source tree against the layer table, and the table against the page that
 * documents it.
 *
 * @param root Absolute path of a folder with `src/`, `docs/architecture.md` and the entry files.
 * @returns One sentence for each thing that is wrong.
 */
export async function checkLayers(
  root: string,
  layers: LayerTable = LAYERS,
  entries: LayerTable = ENTRIES,
): Promise<string[]> {
  const sources = await listSources(root, "src");
  const files = [...Object.keys(entries), ...sources];
  const page = await Deno.readTextFile(join(root, "docs", "architecture.md"));
  return [
    ...compareLayerTables(parseLayerTable(page), layers),
    ...findLayerProblems(await readModuleGraph(root, files), layers, entries),
  ];
}

async function listSources(root: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await listSources(root, path));
    else if (/\.(ts|tsx|js|mjs)$/.test(entry.name)) files.push(path);
  }
  return files.sort();
}

if (import.meta.main) {
  const problems = await checkLayers(fileURLToPath(new URL("..", import.meta.url)));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(`\nThe layers are broken in ${problems.length} places. See docs/architecture.md`);
    Deno.exit(1);
  }
}
