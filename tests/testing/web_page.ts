import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import type { ApiConnection } from "../../src/web/api.ts";
import { APP_CSS, APP_JS, ICON_SVG, INDEX_HTML } from "../../src/web/page_assets.generated.ts";
import { WebServer } from "../../src/web/web_server.ts";
import type { WebSource } from "../../src/web/web_source.ts";

/** Where the browser is looked for. */
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser; `undefined` where there is none, and the tests that need it are ignored. */
export const chromiumPath: string | undefined = PATHS.find(isFile);

if (chromiumPath === undefined) {
  console.warn("Chromium is missing: the tests of the browser view are ignored");
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A source whose state a test can change. */
export class TestSource implements WebSource {
  title = "session 4711: node shop.js";
  isRecording = false;
  connection: ApiConnection = "live";
  problem: string | undefined = undefined;
  progress: number | undefined = undefined;
  skippedSpanCount = 0;
  notices: readonly string[] = [];
  readonly traces: TraceStore;

  constructor(spans: Iterable<Span> = [], maxTraces = 1_000_000) {
    this.traces = new TraceStore({ maxTraces, maxSpans: 10_000_000 });
    for (const span of spans) this.traces.add(span);
  }
}

/** A server of the browser view, as `--web` starts it. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** Serves the page that is built into the sources. */
export async function serveTestPage(source: WebSource, port = 0): Promise<TestServer> {
  const server = await WebServer.listen("127.0.0.1", port, {
    source,
    page: INDEX_HTML,
    assets: [APP_JS, APP_CSS, ICON_SVG],
    version: "test",
  });
  const serving = server.serve();
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await serving;
    },
  };
}

/** A page, and everything in it that should never happen. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, violations of the content security policy, dialogs, requests to elsewhere. */
  readonly problems: string[];
}

/**
 * Runs a test in Chromium, which is started for it and closed after it; ignores it where there is none.
 *
 * @param open Opens a page in a context of its own.
 */
export function browserTest(
  name: string,
  test: (
    open: (url: string, options?: BrowserContextOptions) => Promise<WatchedPage>,
  ) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: chromiumPath === undefined,
    // Playwright lets timers of its own run out after the browser is closed.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const browser = await startChromium();
      try {
        await test((url, options) => openPage(browser, url, options));
      } finally {
        await browser.close();
      }
    },
  });
}

/** Starts Chromium without anything that would ask the network on its own. */
export async function startChromium(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

/** Opens a page and watches it. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    timezoneId: "UTC",
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => problems.push(`error: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const address = new URL(request.url());
    if (address.origin !== origin) problems.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, problems };
}
