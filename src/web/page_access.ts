import type { AccessToken } from "../receivers/access_token.ts";
import { checkHost } from "../receivers/http_access.ts";
import type { HttpHead } from "../receivers/http_head.ts";
import { HttpProblem } from "../receivers/http_problem.ts";

/** Where a browser goes on after it has shown the token: the same address without it, and a cookie. */
export interface TokenHandover {
  readonly location: string;
  /** Unless what it has shown is no token of this server. */
  readonly cookie: string | undefined;
}

/**
 * Decides who may look: programs and browsers on this machine, and others that know the token. In a browser only
 * the page that this server serves may: another one could read what it asks for by a name that leads here.
 */
export class PageAccess {
  readonly #host: string;
  readonly #token: AccessToken | undefined;

  /**
   * @param host The name or address that is listened on.
   * @param token What others than this machine need. @default nothing: none can connect
   */
  constructor(host: string, token?: AccessToken) {
    this.#host = host.toLowerCase();
    this.#token = token;
  }

  /**
   * Checks a request before anything looks at what it asks for.
   *
   * @param port The port that it came to, of which the cookie bears the name: cookies know no ports.
   * @param isPage Whether it asks for the page itself, which other sites may link to.
   * @returns What to answer when it brings the token in its address.
   * @throws {HttpProblem} When it may not be answered: status 403, or 401 without the token.
   */
  check(
    head: HttpHead,
    { peer, port, isPage }: { peer: string | undefined; port: number; isPage: boolean },
  ): TokenHandover | undefined {
    const header = (name: string): string | undefined => head.headers.get(name);
    const cookie = readCookie(header("cookie"), cookieName(port));
    const parameters = new URLSearchParams(head.query);
    const shown = parameters.get(TOKEN_PARAMETER) ?? undefined;
    const token = this.#token;
    const isShown = token?.matches(shown) === true;
    const isKnown = isShown || token?.matches(cookie) === true || token?.isIn(header) === true;
    // Who knows the token may call this machine by whatever name leads there.
    if (!isKnown) checkHost(header("host"), this.#host);
    checkSite(head, isPage);
    if (!isKnown && token?.admits(peer, header) === false) {
      throw new HttpProblem(
        401,
        "unauthorized",
        "This view needs its token: open the address that trace printed, with ?token= in it",
        { "www-authenticate": "Bearer" },
      );
    }
    if (!isPage || shown === undefined) return undefined;
    // Nobody should find it in the history, or in a copied address.
    parameters.delete(TOKEN_PARAMETER);
    const query = parameters.toString();
    return {
      location: head.path.replace(/^\/+/, "/") + (query === "" ? "" : `?${query}`),
      cookie: isShown
        ? `${cookieName(port)}=${encodeURIComponent(shown)}; Path=/; HttpOnly; SameSite=Strict`
        : undefined,
    };
  }
}

/** The parameter of an address that carries the token. */
export const TOKEN_PARAMETER = "token";

function cookieName(port: number): string {
  return `trace_token_${port}`;
}

/**
 * What a browser says of the page that asks. Programs say nothing; the server's own page says `same-origin`, an
 * address that was typed `none`. A link from elsewhere may open the page, which holds nothing by itself.
 */
function checkSite({ method, headers }: HttpHead, isPage: boolean): void {
  const origin = headers.get("origin");
  const isOwnOrigin = origin?.toLowerCase() === `http://${headers.get("host")?.toLowerCase()}`;
  const site = headers.get("sec-fetch-site") ?? "none";
  const isLink = isPage && method === "GET" && headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document";
  if (origin === undefined || isOwnOrigin) {
    if (site === "none" || site === "same-origin" || isLink) return;
  }
  throw new HttpProblem(
    403,
    "foreign_origin",
    `Other pages${origin === undefined ? "" : `, such as ${origin},`} may not ask here`,
  );
}

function readCookie(cookies: string | undefined, name: string): string | undefined {
  for (const cookie of cookies?.split(/[;,]\s*/) ?? []) {
    const equals = cookie.indexOf("=");
    if (cookie.slice(0, equals).trim() !== name) continue;
    try {
      return decodeURIComponent(cookie.slice(equals + 1).trim());
    } catch {
      return undefined;
    }
  }
  return undefined;
}
