/**
 * Parses the value of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` pairs with commas between them, values
 * percent-encoded. Pairs that no header can hold are left out. See
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 *
 * @returns Names in lower case, as HTTP/2 wants them.
 * @example
 * ```ts
 * import { parseOtlpHeaders } from "./parse_otlp_headers.ts";
 *
 * const { authorization } = parseOtlpHeaders("Authorization=Bearer%20abc,x-tenant=7");
 * if (authorization !== "Bearer abc") throw new Error(authorization);
 * ```
 */
export function parseOtlpHeaders(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const pair of (text ?? "").split(",")) {
    const [, name, encoded] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (name === undefined) continue;
    const value = decode(encoded);
    if (/^[\t\x20-\x7e]*$/.test(value)) headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** What is no percent-encoding is meant as it stands. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
