import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canPack, packNpm } from "../../scripts/npm.ts";
import { EXPORT_FORMATS } from "../../src/exporters/export_formats.ts";
import { output } from "../interop/_foreign_tools.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = fileURLToPath(new URL("./program/exports.mjs", import.meta.url));

Deno.test("every format of the npm package is written the same on Node and on Bun", {
  ignore: !canPack(),
}, () =>
  inTemporaryFolder(async (folder) => {
    await packNpm(root, join(folder, "node_modules", "@trace", "sdk"));
    await Deno.copyFile(program, join(folder, "exports.mjs"));
    const written: string[] = [];
    for (const command of [["node"], ["npx", "-y", "bun@1.4.4"]]) {
      const [name, ...args] = command;
      if ((await output(name, [...args, "--version"], folder)).code !== 0) {
        console.log(`skipped: there is no ${command.join(" ")}`);
        continue;
      }
      const { code, stdout, stderr } = await output(name, [...args, "exports.mjs"], folder);
      assertEquals([command, code], [command, 0], stderr);
      written.push(stdout);
      const { sizes, isTold, counts } = JSON.parse(stdout);
      assertEquals(Object.keys(sizes), EXPORT_FORMATS.map((format) => format.name));
      for (const size of Object.values<number>(sizes)) assert(size > 0);
      assertEquals([isTold, counts], [false, { "remove:secret*": 1 }]);
    }
    assertEquals(new Set(written).size, Math.min(1, written.length));
  }));
