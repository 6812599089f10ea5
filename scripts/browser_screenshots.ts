import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage, serveTestPage, startChromium, TestSource } from "../tests/testing/web_page.ts";
import { sampleShop } from "./sample_shop.ts";

/** A picture: which page of which view, how large, and what is done before it is taken. */
interface Shot {
  readonly name: string;
  readonly path: (source: TestSource) => string;
  readonly colorScheme: "light" | "dark";
  readonly keys?: readonly string[];
  /** What is there when the page is drawn. */
  readonly waitFor: string;
}

const SHOTS: readonly Shot[] = [
  {
    name: "browser_traces",
    path: () => "/",
    colorScheme: "dark",
    keys: ["j", "j"],
    waitFor: ".table-body [role=row]",
  },
  {
    name: "browser_trace",
    path: (source) => `/t/${findTrace(source, "POST /orders")}`,
    colorScheme: "dark",
    keys: ["j", "j", "j", "Enter"],
    waitFor: "[role=treeitem]",
  },
  {
    name: "browser_statistics",
    path: () => "/stats",
    colorScheme: "light",
    waitFor: ".table-body [role=row]",
  },
  {
    name: "browser_services",
    path: () => "/services",
    colorScheme: "light",
    waitFor: ".service-node",
  },
];

/** The first trace of that name that failed. */
function findTrace(source: TestSource, name: string): string {
  const { traces } = source;
  for (let index = 0; index < traces.traceCount; index++) {
    const entry = traces.entryAt(index);
    if (entry?.name === name && entry.errorCount > 0) return entry.traceId;
  }
  throw new Error(`There is no trace ${name} that failed`);
}

/** Takes the pictures of the browser view that the documentation shows, in Chromium. */
async function main(folder: string): Promise<void> {
  const source = new TestSource(sampleShop({
    traceCount: 420,
    untilUnixNano: 1_795_172_592_000_000_000n,
  }));
  source.title = "shop.jsonl";
  source.isRecording = true;
  source.connection = "end_of_file";
  await using server = await serveTestPage(source);
  const browser = await startChromium();
  try {
    for (const { name, path, colorScheme, keys = [], waitFor } of SHOTS) {
      const { page } = await openPage(browser, server.url + path(source), {
        viewport: { width: 1200, height: 640 },
        colorScheme,
      });
      await page.locator(waitFor).first().waitFor();
      await page.waitForLoadState("networkidle");
      for (const key of keys) await page.keyboard.press(key);
      // Two frames: canvases draw in the next one.
      await page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
      );
      await page.screenshot({ path: join(folder, `${name}.png`) });
    }
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  await main(Deno.args[0] ?? fileURLToPath(new URL("../docs/images", import.meta.url)));
}
