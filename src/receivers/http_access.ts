import type { HttpHead } from "./http_head.ts";
import { HttpProblem } from "./http_problem.ts";

/**
 * Decides which programs may send, by what browsers say of themselves: a web page anywhere can make a
 * browser send requests to this machine, and can give its own name an address of this machine.
 */
export class HttpAccess {
  readonly #host: string;
  readonly #origins: ReadonlySet<string>;

  /**
   * @param host The name or address that is listened on.
   * @param origins Origins of web pages that may send, `*` for all.
   */
  constructor(host: string, origins: readonly string[]) {
    this.#host = host.toLowerCase();
    this.#origins = new Set(origins);
  }

  /**
   * The headers by which a browser lets its page have the answer; none for other programs.
   *
   * @throws {HttpProblem} When this sender may not send.
   */
  check(head: HttpHead): Readonly<Record<string, string>> {
    const host = head.headers.get("host");
    if (host !== undefined && !this.#isOwnHost(host)) {
      throw new HttpProblem(
        403,
        "foreign_host",
        `"${host}" is not a name of this collector; send to 127.0.0.1 or localhost`,
      );
    }
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

  /** Whether a Host header names this machine; what listens to the network has any name. */
  #isOwnHost(host: string): boolean {
    const name = host.toLowerCase().replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
    return !isLoopback(this.#host) || isLoopback(name) || name === this.#host;
  }
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

/** Whether a name or an address, an IPv6 address without brackets, is always this machine's own. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
