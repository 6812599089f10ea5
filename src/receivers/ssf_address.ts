import { parseSocketAddress, type SocketAddress } from "../model/socket_address.ts";

/** veneur's port. */
export const DEFAULT_SSF_PORT = 8128;

/**
 * Parses where SSF is received, datagrams or frames over a stream, as veneur writes it: `udp://HOST:PORT`,
 * `tcp://HOST:PORT` or `unix:///PATH`. Without a host it is 127.0.0.1, without a port {@linkcode DEFAULT_SSF_PORT}.
 *
 * @throws {SyntaxError} When the text is no such address.
 * @example
 * ```ts
 * import { parseSsfAddress } from "./ssf_address.ts";
 *
 * const address = parseSsfAddress("udp://localhost");
 * if (address.transport !== "udp" || address.port !== 8128) throw new Error("wrong");
 * ```
 */
export function parseSsfAddress(text: string): SocketAddress {
  const address = parseSocketAddress(text, { defaultPort: DEFAULT_SSF_PORT, minPort: 0 });
  if (address !== undefined) return address;
  throw new SyntaxError("Expected udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH");
}
