import type { AccessToken } from "../receivers/access_token.ts";
import type { HttpAnswer } from "../receivers/http_answer.ts";
import type { HttpHead } from "../receivers/http_head.ts";
import { HttpProblem } from "../receivers/http_problem.ts";
import { type HttpRequest, HttpServer } from "../receivers/http_server.ts";
import { QueryError } from "../query/query_error.ts";
import type { ApiProblem } from "./api.ts";
import { ApiRoutes } from "./api_routes.ts";
import { PageAccess } from "./page_access.ts";
import type { WebSource } from "./web_source.ts";

/** A file of the page, as the build embeds it. */
export interface WebAsset {
  /** Where it is served. */
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
}

/** Options of {@linkcode WebServer}. */
export interface WebServerOptions {
  readonly source: WebSource;
  /** The page, served at the address of every view. */
  readonly page: WebAsset;
  /** What it loads. The paths change with the content. */
  readonly assets: readonly WebAsset[];
  /** Of trace. */
  readonly version: string;
  /** What browsers on other machines need. @default nothing: none can connect */
  readonly token?: AccessToken;
  /** Pages that may be told of changes at once; one more is turned away and counted. @default 32 */
  readonly maxViewers?: number;
  /** Connections at once; one more is closed at once. @default 256 */
  readonly maxConnections?: number;
}

/**
 * Serves the browser view of a source. It changes nothing, and knows no files: what it answers is in two tables,
 * of embedded assets and of what `ApiRoutes` has.
 */
export class WebServer implements AsyncDisposable {
  readonly #options: WebServerOptions;
  readonly #access: PageAccess;
  readonly #assets: ReadonlyMap<string, WebAsset>;
  readonly #closing = new AbortController();
  readonly #api: ApiRoutes;
  #server!: HttpServer;

  private constructor(host: string, options: WebServerOptions) {
    this.#options = options;
    this.#access = new PageAccess(host, options.token);
    this.#assets = new Map(options.assets.map((asset) => [asset.path, asset]));
    this.#api = new ApiRoutes({ ...options, signal: this.#closing.signal });
  }

  /**
   * Binds an address. Browsers can connect from now on; `serve` starts to answer.
   *
   * @param host Name or address of this machine, an IPv6 address without brackets.
   * @param port 0 for any that is free.
   * @throws {Error} The runtime's own error when the address cannot be bound.
   */
  static async listen(host: string, port: number, options: WebServerOptions): Promise<WebServer> {
    const server = new WebServer(host, options);
    server.#server = await HttpServer.listen(host, port, {
      answer: (request) => server.#answer(request),
      describe: (error, head) => server.#describe(error, head),
      maxSkippedBytes: MAX_SKIPPED_BYTES,
      maxConnections: options.maxConnections ?? 256,
    });
    return server;
  }

  /** The port that it really has. */
  get port(): number {
    return this.#server.port;
  }

  /** Accepts connections and answers; resolves once the server is closed. */
  serve(): Promise<void> {
    return this.#server.serve();
  }

  /** Ends all streams and connections. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#server.close(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer({ head, peer }: HttpRequest): Promise<HttpAnswer> {
    const isPage = PAGE_PATH.test(head.path) && !climbs(head.path);
    const handover = this.#access.check(head, { peer, port: this.port, isPage });
    if (head.method !== "GET" && head.method !== "HEAD") {
      throw new HttpProblem(405, "method", `Only GET is answered here, not ${head.method}`, {
        allow: "GET, HEAD",
      });
    }
    if (handover !== undefined) {
      const { location, cookie } = handover;
      const headers = { ...SECURITY_HEADERS, ...NOT_STORED, location };
      return {
        status: 303,
        headers: cookie === undefined ? headers : { ...headers, "set-cookie": cookie },
      };
    }
    if (isPage) return assetAnswer(this.#options.page, "private, no-cache");
    const asset = this.#assets.get(head.path);
    if (asset !== undefined) return assetAnswer(asset, "private, max-age=31536000, immutable");
    const answer = await this.#api.answer(head);
    if (answer === undefined) {
      throw new HttpProblem(404, "not_found", `There is no ${head.path} here; begin at /`);
    }
    return { ...answer, headers: { ...SECURITY_HEADERS, ...NOT_STORED, ...answer.headers } };
  }

  #describe(error: unknown, head: HttpHead | undefined): HttpAnswer {
    const { status, headers, ...problem } = toProblem(error);
    const isApi = head?.path.startsWith("/api/") === true;
    return {
      status,
      headers: { ...SECURITY_HEADERS, ...NOT_STORED, ...headers },
      contentType: isApi ? "application/json" : "text/plain; charset=utf-8",
      body: isApi ? JSON.stringify(problem satisfies ApiProblem) : `${problem.message}\n`,
    };
  }
}

/** The addresses of the views; see docs/views.md. */
const PAGE_PATH = /^\/(?:stats|services|diff)?$|^\/t\/[^/]+(?:\/[^/]+)?$/;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};
const NOT_STORED: Readonly<Record<string, string>> = { "cache-control": "no-store" };
const MAX_SKIPPED_BYTES = 1024 * 1024;

/** Whether a path, decoded, goes up: no view has such an address, though none would lead anywhere. */
function climbs(path: string): boolean {
  try {
    return /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/.test(decodeURIComponent(path));
  } catch {
    return true;
  }
}

function assetAnswer({ contentType, text }: WebAsset, cacheControl: string): HttpAnswer {
  const headers = { ...SECURITY_HEADERS, "cache-control": cacheControl };
  return { contentType, body: text, headers };
}

function toProblem(
  error: unknown,
): ApiProblem & { status: number; headers?: Readonly<Record<string, string>> } {
  if (error instanceof HttpProblem) {
    const { status, reason, message, headers } = error;
    return { status, reason, message, headers };
  }
  if (error instanceof QueryError) {
    const { message, column, expected } = error;
    return { status: 400, reason: "bad_query", message, column, expected };
  }
  // A mistake of ours, or a file that has changed, costs no more than the request that shows it.
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, reason: "internal_error", message };
}
