/** What the files of one folder of `src/` (or one entry file) may import. */
export interface LayerRule {
  /** Other folders of `src/`, or `all`. */
  readonly folders: readonly string[] | "all";
  /** npm packages by name. Built-in `node:` modules are allowed everywhere. */
  readonly packages?: readonly string[];
}

/** Folder of `src/` or entry file → what it may import. */
export type LayerTable = { readonly [layer: string]: LayerRule };

/**
 * The import table of docs/architecture.md. Change both in the commit whose code shows that it is
 * wrong; `check_layers.ts` fails when they differ.
 */
export const LAYERS: LayerTable = {
  model: { folders: [] },
  runtime: { folders: [] },
  wire: { folders: ["model"] },
  query: { folders: ["model"], packages: ["re2js"] },
  assemble: { folders: ["model", "wire"] },
  analysis: { folders: ["model", "assemble", "query"] },
  broadcast: { folders: ["model", "wire", "runtime"] },
  recording: { folders: ["model", "wire", "assemble", "runtime"] },
  receivers: { folders: ["model", "wire", "assemble", "runtime"] },
  gotrace: { folders: ["model", "wire", "assemble", "receivers", "broadcast", "runtime"] },
  transport: { folders: ["model", "wire", "runtime"] },
  views: { folders: ["model", "wire", "assemble", "query", "analysis"] },
  exporters: {
    folders: ["model", "wire", "assemble", "analysis", "views", "transport", "runtime"],
  },
  replay: {
    folders: ["model", "wire", "assemble", "receivers", "recording", "transport", "runtime"],
  },
  sdk: { folders: ["model", "wire", "transport", "runtime"] },
  veneur: { folders: ["model", "wire", "transport", "runtime", "sdk"] },
  terminal: { folders: ["runtime"], packages: ["string-width"] },
  tui: { folders: ["model", "assemble", "query", "analysis", "views", "terminal"] },
  web: {
    folders: [
      "model",
      "wire",
      "assemble",
      "query",
      "analysis",
      "views",
      "exporters",
      "receivers",
      "runtime",
      "terminal",
    ],
    packages: ["preact", "@preact/signals"],
  },
  mcp: {
    folders: [
      "model",
      "wire",
      "assemble",
      "query",
      "analysis",
      "views",
      "runtime",
      "terminal",
      "tui",
    ],
    packages: ["@modelcontextprotocol/server", "zod"],
  },
  cli: {
    folders: "all",
    packages: ["commander", "@commander-js/extra-typings", "re2js", "hyparquet-writer"],
  },
};

/**
 * What the entry files may import. They are not folders, so docs/architecture.md has no row for
 * them. `mod.ts` is what programs load: a viewer or the command line behind it would load with it.
 */
export const ENTRIES: LayerTable = {
  "mod.ts": {
    folders: Object.keys(LAYERS).filter((folder) =>
      !["query", "terminal", "tui", "web", "mcp", "cli"].includes(folder)
    ),
  },
  "cli.ts": { folders: ["cli"] },
};
