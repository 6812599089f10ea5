import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage, PAGE_ASSETS_FILE } from "../../scripts/build_page.ts";
import { APP_CSS, APP_JS, ICON_SVG, INDEX_HTML } from "../../src/web/page_assets.generated.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The version that the page is built with: another bundler may write other text. */
const BUILDER = /^newest=(.*)$/m.exec(Deno.readTextFileSync(join(root, ".ci/run")))?.[1];

Deno.test({
  name: "the browser's page is built from the sources as they are",
  ignore: Deno.version.deno !== BUILDER,
  fn: async () => {
    const isCurrent =
      await buildPage(root) === await Deno.readTextFile(join(root, PAGE_ASSETS_FILE));
    assert(isCurrent, `${PAGE_ASSETS_FILE} is old. Run: deno task page`);
  },
});

Deno.test("the page loads nothing but its own files, and runs in a browser alone", () => {
  for (const { path } of [APP_JS, APP_CSS, ICON_SVG]) assertStringIncludes(INDEX_HTML.text, path);
  const loaded = [...INDEX_HTML.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path);
  assertEquals(loaded.toSorted(), [APP_JS, APP_CSS, ICON_SVG].map(({ path }) => path).toSorted());
  assert(!/url\(|@import/.test(APP_CSS.text), "a style sheet loads something");
  assert(!/["']node:/.test(APP_JS.text), "a module of Node is in the page");
  assert(!/document\.write|new Function/.test(APP_JS.text));
});

Deno.test("the sources of the page put text into it as text alone", async () => {
  for await (const entry of walk(join(root, "src/web/page"))) {
    const text = await Deno.readTextFile(entry);
    assert(!/innerHTML|outerHTML|insertAdjacentHTML/i.test(text), entry);
  }
});

async function* walk(folder: string): AsyncIterable<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* walk(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}
