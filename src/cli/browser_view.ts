import { hasDisplay, openBrowser } from "../runtime/open_browser.ts";
import type { WebSource } from "../web/web_source.ts";
import type { CliIo } from "./io.ts";
import type { ServedWeb } from "./serve_web.ts";

/** The browser view of what the terminal view shows: it is served from the first time it is asked for. */
export class BrowserView implements AsyncDisposable {
  readonly #io: CliIo;
  readonly #source: WebSource;
  #served: Promise<ServedWeb> | undefined;

  constructor(io: CliIo, source: WebSource) {
    this.#io = io;
    this.#source = source;
  }

  /**
   * Opens a path of the page in the user's browser, if there is a screen for one.
   *
   * @returns What to tell the user.
   * @throws {CommandError} When it cannot be served.
   */
  async open(path: string): Promise<string> {
    this.#served ??= this.#serve();
    const url = (await this.#served).localUrl(path);
    const { env } = this.#io;
    const isOpen = hasDisplay(env) && await openBrowser(url, env);
    return isOpen ? `Opened ${url}` : `Open it in a browser: ${url}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const served = await this.#served?.catch(() => undefined);
    await served?.[Symbol.asyncDispose]();
  }

  async #serve(): Promise<ServedWeb> {
    // Not before it is needed: the server and the page take time to load.
    const { serveWeb } = await import("./serve_web.ts");
    // The address is told in any case, and another port than usual is no problem here.
    return await serveWeb(this.#io, this.#source, { onNotice: () => {} });
  }
}
