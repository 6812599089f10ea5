import type { LayerRule, LayerTable } from "./layers.ts";
import type { ModuleGraph, ModuleImport } from "./module_graph.ts";

/**
 * Compares a module graph with a layer table.
 *
 * @param graph Imports with paths relative to the root: `src/model/span.ts`, `mod.ts`.
 * @param layers Rules for the folders of `src/`.
 * @param entries Rules for files outside `src/`, by path.
 * @returns One sentence for each thing that is wrong: what file, which import, why. Empty when all
 * is well.
 */
export function findLayerProblems(
  graph: ModuleGraph,
  layers: LayerTable,
  entries: LayerTable = {},
): string[] {
  const problems = [...graph.errors];
  const unknown = new Set<string>();
  for (const found of graph.imports) {
    const layer = layerOf(found.from);
    const rule = layer === undefined ? entries[found.from] : layers[layer];
    if (rule !== undefined) {
      const reason = refusal(found, layer ?? found.from, rule);
      if (reason !== undefined) {
        problems.push(`${found.from}:${found.line}: imports "${found.specifier}", but ${reason}`);
      }
    } else if (layer !== undefined) {
      unknown.add(layer);
    }
  }
  for (const layer of [...unknown].sort()) {
    problems.push(`src/${layer}: is not in the layer table; add it to scripts/layers.ts`);
  }
  return [...problems, ...findCycles(graph.imports)];
}

function refusal(found: ModuleImport, layer: string, rule: LayerRule): string | undefined {
  if (found.file === undefined) return packageRefusal(found.module ?? "", layer, rule);
  const target = layerOf(found.file);
  if (target === undefined) return `"${found.file}" is not in a folder of src/`;
  if (target === layer || rule.folders === "all" || rule.folders.includes(target)) return undefined;
  return `${layer} may import ${list(rule.folders)}, not ${target}`;
}

function packageRefusal(module: string, layer: string, rule: LayerRule): string | undefined {
  if (module.startsWith("node:")) return undefined;
  const name = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)/.exec(module)?.[1];
  if (name === undefined) return `${layer} may not import ${module}`;
  if (rule.packages?.includes(name)) return undefined;
  return `${layer} may import ${list(rule.packages ?? [])} from npm, not ${name}`;
}

/** The folder of `src/` that a file is in; `undefined` for files elsewhere. */
function layerOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

/** Each cycle is told once, by the import that closes it. */
function findCycles(imports: readonly ModuleImport[]): string[] {
  const targets = new Map<string, ModuleImport[]>();
  for (const found of imports) {
    if (found.file === undefined) continue;
    const list = targets.get(found.from) ?? [];
    targets.set(found.from, [...list, found]);
  }
  const problems: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): void {
    path.push(file);
    for (const found of targets.get(file) ?? []) {
      const target = found.file as string;
      const start = path.indexOf(target);
      if (start >= 0) {
        const cycle = [...path.slice(start), target].join(" → ");
        problems.push(`${found.from}:${found.line}: closes the cycle ${cycle}`);
      } else if (!done.has(target)) {
        visit(target);
      }
    }
    path.pop();
    done.add(file);
  }
  for (const file of [...targets.keys()].sort()) {
    if (!done.has(file)) visit(file);
  }
  return problems;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}
