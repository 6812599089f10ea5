import { hasDisplay, openBrowser } from "../runtime/open_browser.ts";
import type { WebSource } from "../web/web_source.ts";
import type { CliIo } from "./io.ts";
import type { ServedWeb } from "./serve_web.ts";

/** The browser view beside the terminal view: served from the first time on that somebody asks for it. */
export class BrowserView implements AsyncDisposable {
  readonly #io: CliIo;
  readonly #source: WebSource;
  #served: Promise<ServedWeb> | undefined;

  constructor(io: CliIo, source: WebSource) {
    this.#io = io;
    this.#source = source;
  }

  /**
   * Opens a path of it in the user's browser.
   *
   * @param path Such as `/t/ID`.
   * @returns What to tell the user.
   * @throws {Error} When it cannot be served.
   */
  async open(path: string): Promise<string> {
    this.#served ??= this.#serve();
    const url = (await this.#served.catch((error) => {
      this.#served = undefined;
      throw error;
    })).localUrl(path);
    const { env } = this.#io;
    const isOpened = hasDisplay(env) && await openBrowser(url, env);
    return isOpened ? `Opened ${url}` : `Open this address in a browser: ${url}`;
  }

  /** Ends the browser view. */
  async [Symbol.asyncDispose](): Promise<void> {
    const served = await this.#served?.catch(() => undefined);
    await served?.[Symbol.asyncDispose]();
  }

  async #serve(): Promise<ServedWeb> {
    // The page is half a megabyte that most people who look at a terminal do not need.
    const { serveWeb } = await import("./serve_web.ts");
    return await serveWeb(this.#io, this.#source, { onNotice: () => {} });
  }
}
