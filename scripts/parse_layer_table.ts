import type { LayerTable } from "./layers.ts";

/** Folder → the folders it may import, as a page of documentation says it. */
export type DocumentedLayers = { readonly [layer: string]: readonly string[] | "all" };

const HEADER = /^\|\s*folder\s*\|.*\|\s*may import\s*\|\s*$/;

/**
 * Reads the import table from a page: the table whose first column is `folder` and whose last is
 * `may import`. There, `–` stands for nothing and `all` for every folder.
 *
 * @param markdown The text of docs/architecture.md.
 * @throws {SyntaxError} When there is no such table.
 */
export function parseLayerTable(markdown: string): DocumentedLayers {
  const lines = markdown.split("\n");
  const header = lines.findIndex((line) => HEADER.test(line));
  if (header < 0) throw new SyntaxError("Found no table from `folder` to `may import`");
  const layers: Record<string, readonly string[] | "all"> = {};
  for (const line of lines.slice(header + 2)) {
    if (!line.startsWith("|")) break;
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    const allowed = cells[cells.length - 1];
    layers[cells[0].replaceAll("`", "")] = allowed === "all"
      ? "all"
      : allowed === "–"
      ? []
      : allowed.split(",").map((name) => name.trim().replaceAll("`", ""));
  }
  return layers;
}

/** Says where a page's table and the one that is checked differ; empty when they agree. */
export function compareLayerTables(documented: DocumentedLayers, layers: LayerTable): string[] {
  const problems: string[] = [];
  for (const layer of new Set([...Object.keys(documented), ...Object.keys(layers)])) {
    const said = describe(documented[layer]);
    const checked = describe(layers[layer]?.folders);
    if (said !== checked) {
      problems.push(
        `docs/architecture.md: says ${said} for ${layer}, but scripts/layers.ts says ${checked}`,
      );
    }
  }
  return problems;
}

function describe(folders: readonly string[] | "all" | undefined): string {
  if (folders === undefined) return "no row";
  if (folders === "all") return "all";
  return folders.length === 0 ? "nothing" : [...folders].sort().join(", ");
}
