import { parseSocketAddress, type SocketAddress } from "../model/socket_address.ts";

/** Where a reasonable veneur listens. */
export const DEFAULT_VENEUR_ADDRESS = "udp://127.0.0.1:8128";

/**
 * Parses an address in veneur's form: `udp://HOST:PORT`, `unix:///PATH`, or, which is an extension,
 * `tcp://HOST:PORT`. The host defaults to 127.0.0.1.
 *
 * @param defaultPort The port when the address has none. @default 8128
 * @throws {TypeError} When it is none of these.
 */
export function parseVeneurAddress(address: string, defaultPort = 8128): SocketAddress {
  const parsed = parseSocketAddress(address, { defaultPort });
  if (parsed !== undefined) return parsed;
  throw new TypeError(
    `Cannot use the address "${address}": give udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH`,
  );
}
