import { parseSocketAddress, type SocketAddress } from "../model/socket_address.ts";

/** A receiver of spans, of any kind, as its URL names it. */
export type Target =
  | { readonly protocol: "gotrace"; readonly address: SocketAddress }
  | { readonly protocol: "ssf"; readonly address: SocketAddress }
  | { readonly protocol: "otlp-protobuf" | "otlp-json" | "otlp-grpc"; readonly url: URL }
  | { readonly protocol: "zipkin"; readonly url: URL };

/** The URLs that {@linkcode parseTarget} takes, for messages. */
export const TARGET_FORMS =
  "unix:///PATH (go-trace events), ssf+udp://HOST:PORT, ssf+unix:///PATH," +
  " ssf+tcp://HOST:PORT, http(s)://HOST:PORT (OTLP protobuf), otlp+json+http(s)://HOST:PORT," +
  " otlp+grpc(s)://HOST:PORT, zipkin+http(s)://HOST:PORT";

/**
 * Parses the URL of a receiver:
 *
 * | URL                                                     | what is sent                              |
 * | ------------------------------------------------------- | ----------------------------------------- |
 * | `unix:///PATH`                                          | go-trace's events                         |
 * | `ssf+udp://HOST:PORT`, `ssf+unix:///PATH`, `ssf+tcp://` | veneur's SSF; the port is 8128 if not given |
 * | `http(s)://HOST:PORT`, `otlp+http(s)://`                | OTLP protobuf, to `/v1/traces` unless a path is given |
 * | `otlp+json+http(s)://`                                  | OTLP JSON, likewise                       |
 * | `otlp+grpc://`, `otlp+grpcs://`                         | OTLP over gRPC; the port is 4317 if not given |
 * | `zipkin+http(s)://`                                     | Zipkin v2 JSON, to `/api/v2/spans` unless a path is given |
 *
 * Without a port, HTTP ones have their protocol's: 4318 and 9411, or 443 with `https`.
 *
 * @throws {TypeError} When it is none of these.
 * @example
 * ```ts
 * import { parseTarget } from "./target.ts";
 *
 * const target = parseTarget("http://localhost");
 * if (!("url" in target) || target.url.href !== "http://localhost:4318/v1/traces") throw new Error();
 * ```
 */
export function parseTarget(text: string): Target {
  const target = /^unix:/i.test(text)
    ? socketTarget("gotrace", text)
    : /^ssf\+/i.test(text)
    ? socketTarget("ssf", text.slice("ssf+".length), 8128)
    : httpTarget(text);
  if (target === undefined) throw new TypeError(`"${text}" is not one of ${TARGET_FORMS}`);
  return target;
}

function socketTarget(
  protocol: "gotrace" | "ssf",
  text: string,
  defaultPort?: number,
): Target | undefined {
  const address = parseSocketAddress(text, { defaultPort });
  return address && { protocol, address };
}

function httpTarget(text: string): Target | undefined {
  const [, prefix = "", scheme, rest] =
    /^(otlp\+|otlp\+json\+|zipkin\+)?(https?|grpcs?):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const isGrpc = /^grpc/i.test(scheme);
  // Only the one form is in use for gRPC; and a bare "grpc://" says nothing of OTLP.
  if (isGrpc && prefix.toLowerCase() !== "otlp+") return undefined;
  const isSecure = /s$/i.test(scheme);
  const url = parseUrl(`${isSecure ? "https" : "http"}://${rest}`);
  if (url === undefined || url.hostname === "") return undefined;
  const known = KNOWN[isGrpc ? "grpc" : prefix.toLowerCase()];
  // The URL class drops a port that is its scheme's default, so the text has to tell.
  const hasPort = /^[^/?#]*:\d+(?:[/?#]|$)/.test(rest);
  if (!hasPort && (!isSecure || isGrpc)) url.port = known.port;
  if (url.pathname === "/") url.pathname = known.path;
  return { protocol: known.protocol, url };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const OTLP_HTTP = { protocol: "otlp-protobuf", port: "4318", path: "/v1/traces" } as const;

/** What follows from the beginning of a URL. */
const KNOWN: Readonly<
  Record<
    string,
    {
      readonly protocol: Exclude<Target["protocol"], "gotrace" | "ssf">;
      readonly port: string;
      readonly path: string;
    }
  >
> = {
  "": OTLP_HTTP,
  "otlp+": OTLP_HTTP,
  "otlp+json+": { ...OTLP_HTTP, protocol: "otlp-json" },
  "grpc": {
    protocol: "otlp-grpc",
    port: "4317",
    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  },
  "zipkin+": { protocol: "zipkin", port: "9411", path: "/api/v2/spans" },
};
