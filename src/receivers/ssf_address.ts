/** Where SSF is received: datagrams, or frames over a stream. */
export type SsfAddress =
  | { readonly transport: "udp" | "tcp"; readonly host: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** veneur's port. */
export const DEFAULT_SSF_PORT = 8128;

/**
 * Parses an address as veneur writes them: `udp://HOST:PORT`, `tcp://HOST:PORT` or `unix:///PATH`.
 * Without a host it is 127.0.0.1, without a port {@linkcode DEFAULT_SSF_PORT}.
 *
 * @throws {SyntaxError} When the text is no such address.
 * @example
 * ```ts
 * import { formatSsfAddress, parseSsfAddress } from "./ssf_address.ts";
 *
 * const text = formatSsfAddress(parseSsfAddress("udp://localhost"));
 * if (text !== "udp://localhost:8128") throw new Error(text);
 * ```
 */
export function parseSsfAddress(text: string): SsfAddress {
  const path = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { transport: "unix", path };
  const match = /^(udp|tcp):\/\/(?:\[([\da-f:.]+)\]|([^:/?#@[\]]*))(?::(\d{1,5}))?\/?$/i.exec(text);
  const port = Number(match?.[4] ?? DEFAULT_SSF_PORT);
  if (match === null || port > 65_535) {
    throw new SyntaxError("Expected udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH");
  }
  const transport = match[1].toLowerCase() as "udp" | "tcp";
  return { transport, host: match[2] || match[3] || "127.0.0.1", port };
}

/** Writes an address as {@linkcode parseSsfAddress} reads it. */
export function formatSsfAddress(address: SsfAddress): string {
  if (address.transport === "unix") return `unix://${address.path}`;
  const { transport, host, port } = address;
  return `${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
