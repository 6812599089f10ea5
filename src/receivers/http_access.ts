import { isIP } from "node:net";
import { hostname } from "node:os";
import type { AccessToken } from "./access_token.ts";
import type { HttpHead } from "./http_head.ts";
import { HttpProblem } from "./http_problem.ts";
import { isLoopback } from "./is_loopback.ts";

/**
 * Decides which programs may send: those on this machine, and others that know the token. Not every program on
 * this machine is meant: a web page anywhere can make a browser send requests to it, and can give its own name
 * an address of it, so that what browsers say of themselves counts, too.
 */
export class HttpAccess {
  readonly #host: string;
  readonly #origins: ReadonlySet<string>;
  readonly #token: AccessToken | undefined;

  /**
   * @param host The name or address that is listened on.
   * @param origins Origins of web pages that may send, `*` for all.
   * @param token What programs on other machines need. @default nothing: none can connect
   */
  constructor(host: string, origins: readonly string[], token?: AccessToken) {
    this.#host = host.toLowerCase();
    this.#origins = new Set(origins);
    this.#token = token;
  }

  /**
   * The headers by which a browser lets its page have the answer; none for other programs.
   *
   * @param peer The address that the request comes from; `undefined` when that is not known.
   * @throws {HttpProblem} When this sender may not send.
   */
  check(head: HttpHead, peer: string | undefined): Readonly<Record<string, string>> {
    const header = (name: string): string | undefined => head.headers.get(name);
    const host = header("host");
    // Who knows the token may call this machine by whatever name leads there.
    const isKnown = this.#token?.isIn(header) === true;
    if (!isKnown) checkHost(host, this.#host);
    const cors = this.#checkOrigin(head);
    // Before it sends, a browser asks without the token; that changes nothing here.
    if (!isKnown && !isPreflight(head) && this.#token?.admits(peer, header) === false) {
      throw new HttpProblem(
        401,
        "unauthorized",
        "Programs on other machines need this collector's token: Authorization: Bearer TOKEN",
        { ...cors, "www-authenticate": "Bearer" },
      );
    }
    return cors;
  }

  #checkOrigin(head: HttpHead): Readonly<Record<string, string>> {
    const origin = head.headers.get("origin");
    if (origin === undefined) {
      // Only browsers send it, and one that comes without an origin cannot be told from any page.
      if (!head.headers.has("sec-fetch-site")) return {};
      throw new HttpProblem(403, "foreign_origin", "Web pages may not send without an origin");
    }
    if (!this.#origins.has(origin) && !this.#origins.has("*")) {
      throw new HttpProblem(
        403,
        "foreign_origin",
        `Pages of ${origin} may not send; start the collector with --cors ${origin}`,
      );
    }
    return {
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "Retry-After",
      "vary": "Origin",
    };
  }
}

/**
 * Checks that a request was meant for this machine: a web page can give its own name an address of it.
 *
 * @param host The header; who sends none is no browser.
 * @param listened The name or address that is listened on, in lower case.
 * @throws {HttpProblem} When it names another.
 */
export function checkHost(host: string | undefined, listened: string): void {
  if (host === undefined || isOwnHost(host, listened)) return;
  throw new HttpProblem(
    403,
    "foreign_host",
    `"${host}" is not a name of this machine; use 127.0.0.1 or localhost`,
  );
}

/** Whether a Host header names this machine. An address cannot be another's: only names lead elsewhere. */
function isOwnHost(host: string, listened: string): boolean {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(name) || name === listened) return true;
  return !isLoopback(listened) && (isIP(name) > 0 || name === hostname().toLowerCase());
}

/** Whether a browser asks beforehand whether a page may send. */
export function isPreflight({ method, headers }: HttpHead): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

/** The answer's headers to a browser that asks beforehand whether a page may send. */
export function preflightHeaders(head: HttpHead): Record<string, string> {
  const wanted = head.headers.get("access-control-request-headers");
  return {
    "access-control-allow-methods": "POST",
    ...(wanted === undefined ? {} : { "access-control-allow-headers": wanted }),
    ...(head.headers.get("access-control-request-private-network") === "true"
      ? { "access-control-allow-private-network": "true" }
      : {}),
    "access-control-max-age": "600",
  };
}
