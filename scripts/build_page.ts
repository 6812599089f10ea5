import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the built page is kept; committed, so that the sources run without building anything. */
export const PAGE_ASSETS_FILE = "src/web/page_assets.generated.ts";

/**
 * Builds the browser view: bundles `src/web/page/main.tsx`, joins the style sheets beside it, and
 * puts both, with the page and its icon, into the text of a module.
 *
 * The same sources give the same text, whatever the machine, with the same version of Deno.
 *
 * @param root Absolute path of the repository.
 * @returns The text of {@linkcode PAGE_ASSETS_FILE}.
 * @throws {Error} When the bundler fails; the message has what it printed.
 */
export async function buildPage(root: string): Promise<string> {
  const folder = join(root, "src/web/page");
  const js = await bundle(root, join(folder, "main.tsx"));
  const sheets = await Promise.all(
    (await listFiles(folder, ".css")).map((path) => Deno.readTextFile(path)),
  );
  const css = minifyCss(sheets.join("\n"));
  const icon = await Deno.readTextFile(join(folder, "icon.svg"));
  const hashed = [
    await asset("app.js", "text/javascript; charset=utf-8", js),
    await asset("app.css", "text/css; charset=utf-8", css),
    await asset("icon.svg", "image/svg+xml", icon),
  ];
  let html = await Deno.readTextFile(join(folder, "index.html"));
  for (const { name, path } of hashed) html = html.replace(`/assets/${name}`, path);
  const index = await asset("index.html", "text/html; charset=utf-8", html);
  const constants = [index, ...hashed].map((each) =>
    `export const ${constantName(each.name)}: PageAsset = ${JSON.stringify(each)};\n`
  );
  return HEAD + constants.join("");
}

const HEAD = `// Written by \`deno task page\` from src/web/page. Do not edit it.

/** A file of the browser view. */
export interface PageAsset {
  /** Its name in the sources. */
  readonly name: string;
  /** Where it is served: the path changes with the content, so that it may be cached for good. */
  readonly path: string;
  /** For the header \`content-type\`. */
  readonly contentType: string;
  /** Of its content, in hexadecimal. */
  readonly hash: string;
  readonly text: string;
}

`;

interface Asset {
  readonly name: string;
  readonly path: string;
  readonly contentType: string;
  readonly hash: string;
  readonly text: string;
}

async function asset(name: string, contentType: string, text: string): Promise<Asset> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hash = [...new Uint8Array(digest).subarray(0, 8)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const path = name === "index.html" ? "/" : `/assets/${name.replace(".", `.${hash}.`)}`;
  return { name, path, contentType, hash, text };
}

/** `app.js` → `APP_JS`. */
function constantName(name: string): string {
  return name.toUpperCase().replaceAll(".", "_");
}

async function bundle(root: string, entry: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", entry],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new Error(`Could not bundle ${entry}:\n${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}

/** Comments, indentation and line breaks go; nothing else, because nothing else weighs anything. */
function minifyCss(css: string): string {
  return css.replace(/\/\*[^]*?\*\//g, "").replace(/\s*\n\s*/g, "\n").replace(
    /([{};,])\n/g,
    "$1",
  )
    .trim();
}

async function listFiles(folder: string, ending: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) files.push(...await listFiles(path, ending));
    else if (entry.name.endsWith(ending)) files.push(path);
  }
  return files.sort();
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const text = await buildPage(root);
  await Deno.writeTextFile(join(root, PAGE_ASSETS_FILE), text);
  console.error(`Wrote ${PAGE_ASSETS_FILE} (${(text.length / 1e3).toFixed(0)} kB)`);
}
