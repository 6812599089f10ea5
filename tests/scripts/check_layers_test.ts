import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { checkLayers } from "../../scripts/check_layers.ts";
import { findLayerProblems } from "../../scripts/find_layer_problems.ts";
import type { LayerTable } from "../../scripts/layers.ts";

const LAYERS: LayerTable = {
  low: { folders: [], packages: ["left"] },
  high: { folders: ["low"] },
  top: { folders: "all" },
};
const ENTRIES: LayerTable = { "mod.ts": { folders: ["high"] } };
const PAGE = `
| folder | what | may import |
| --- | --- | --- |
| \`low\` | this | – |
| \`high\` | that | low |
| \`top\` | the rest | all |
`;

/** Checks a source tree that lives for this one call only. */
async function check(files: { [path: string]: string }): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    const all = {
      "docs/architecture.md": PAGE,
      "mod.ts": "",
      "src/low/a.ts": "export type A = 1;\nexport const a = 1;\n",
      ...files,
    };
    for (const [path, text] of Object.entries(all)) {
      await Deno.mkdir(join(root, dirname(path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    return await checkLayers(root, LAYERS, ENTRIES);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("imports that the table allows pass", async () => {
  assertEquals(
    await check({
      "mod.ts": `export { b } from "./src/high/b.ts";`,
      "src/high/b.ts": `import fs from "node:fs";\nexport { a as b } from "../low/a.ts";\nfs;`,
      "src/top/c.ts": `export { b } from "../high/b.ts";\nexport { a } from "../low/a.ts";`,
    }),
    [],
  );
});

Deno.test("an import upwards is refused with file, line, import and reason", async () => {
  assertEquals(
    await check({
      "src/high/b.ts": "export const b = 1;",
      "src/low/z.ts": `\nimport { b } from "../high/b.ts";\nb;`,
    }),
    [`src/low/z.ts:2: imports "../high/b.ts", but low may import nothing, not high`],
  );
});

Deno.test("imports of types and dynamic imports count too", async () => {
  const problems = await check({
    "src/high/b.ts": "export type B = 1;",
    "src/low/y.ts": `import type { B } from "../high/b.ts";\nexport type Y = B;`,
    "src/low/z.ts": `export const z = () => import("../high/b.ts");`,
  });
  assertEquals(problems.length, 2);
  assertStringIncludes(problems.join("\n"), "src/low/y.ts:1");
  assertStringIncludes(problems.join("\n"), "src/low/z.ts:1");
});

Deno.test("a cycle of two files in one folder is told once", async () => {
  assertEquals(
    await check({
      "src/low/x.ts": `import type { Y } from "./y.ts";\nexport type X = Y;`,
      "src/low/y.ts": `import type { X } from "./x.ts";\nexport type Y = X;`,
    }),
    ["src/low/y.ts:1: closes the cycle src/low/x.ts → src/low/y.ts → src/low/x.ts"],
  );
});

Deno.test("packages are refused unless the folder has them in its list", () => {
  function problemsOf(from: string, module: string): string[] {
    const graph = { imports: [{ from, line: 3, specifier: "p", module }], errors: [] };
    return findLayerProblems(graph, LAYERS);
  }
  assertEquals(problemsOf("src/low/a.ts", "npm:left@1.0.0"), []);
  assertEquals(problemsOf("src/low/a.ts", "npm:/left@1.0.0/sub.js"), []);
  assertEquals(problemsOf("src/high/b.ts", "node:fs"), []);
  assertEquals(problemsOf("src/low/a.ts", "npm:@left/right@1.0.0"), [
    `src/low/a.ts:3: imports "p", but low may import left from npm, not @left/right`,
  ]);
  assertEquals(problemsOf("src/high/b.ts", "https://host.invalid/x.ts"), [
    `src/high/b.ts:3: imports "p", but high may not import https://host.invalid/x.ts`,
  ]);
});

Deno.test("a folder without a rule, a file that is missing and a file outside src are told", async () => {
  const problems = await check({
    "src/new/n.ts": "import { a } from '../low/a.ts';\na;",
    "src/high/b.ts": `import "../low/gone.ts";\nimport "../../scripts/tool.ts";`,
    "scripts/tool.ts": "",
  });
  assertStringIncludes(problems.join("\n"), "src/low/gone.ts");
  assertStringIncludes(problems.join("\n"), `"scripts/tool.ts" is not in a folder of src/`);
  assertStringIncludes(problems.join("\n"), "src/new: is not in the layer table");
});

Deno.test("a page that says something else than the table is told", async () => {
  const page = PAGE.replace("| low |", "| – |").replace(/.*the rest.*\n/, "");
  assertEquals(await check({ "docs/architecture.md": page }), [
    "docs/architecture.md: says nothing for high, but scripts/layers.ts says low",
    "docs/architecture.md: says no row for top, but scripts/layers.ts says all",
  ]);
});
