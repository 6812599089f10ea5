/** Where a reasonable veneur listens. */
export const DEFAULT_VENEUR_ADDRESS = "udp://127.0.0.1:8128";

/** Where a networked client sends to. */
export type VeneurAddress =
  | { readonly transport: "udp" | "tcp"; readonly host: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Parses an address in veneur's form: `udp://HOST:PORT`, `unix:///PATH`, or, which is an extension,
 * `tcp://HOST:PORT`. The host defaults to 127.0.0.1.
 *
 * @param defaultPort The port when the address has none. @default 8128
 * @throws {TypeError} When it is none of these.
 */
export function parseVeneurAddress(address: string, defaultPort = 8128): VeneurAddress {
  const unix = /^unix:\/\/(.+)$/s.exec(address);
  if (unix !== null) return { transport: "unix", path: unix[1] };
  const parts = /^(udp|tcp):\/\/(?:\[([\da-f:.]+)\]|([^\s:/?#[\]]*))(?::(\d{1,5}))?\/?$/i
    .exec(address);
  const port = Number(parts?.[4] ?? defaultPort);
  if (parts === null || port < 1 || port > 65_535) {
    throw new TypeError(
      `Cannot use the address "${address}": give udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH`,
    );
  }
  const transport = parts[1].toLowerCase() as "udp" | "tcp";
  return { transport, host: parts[2] || parts[3] || "127.0.0.1", port };
}
