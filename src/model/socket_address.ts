/** Where a socket listens, or connects to. */
export type SocketAddress =
  | { readonly transport: "udp" | "tcp"; readonly host: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** What {@linkcode parseSocketAddress} takes. */
export interface SocketAddressOptions {
  /** The port when there is none; without it, a port must be given. */
  readonly defaultPort?: number;
  /** 0 for an address to listen at, where it means any free port. @default 1 */
  readonly minPort?: number;
}

/**
 * Parses `udp://HOST:PORT`, `tcp://HOST:PORT` or `unix:///PATH`. Without a host it is 127.0.0.1.
 *
 * @returns `undefined` when it is none of these.
 * @example
 * ```ts
 * import { formatSocketAddress, parseSocketAddress } from "./socket_address.ts";
 *
 * const address = parseSocketAddress("udp://[::1]", { defaultPort: 8128 });
 * if (address === undefined || formatSocketAddress(address) !== "udp://[::1]:8128") {
 *   throw new Error("wrong");
 * }
 * ```
 */
export function parseSocketAddress(
  text: string,
  { defaultPort, minPort = 1 }: SocketAddressOptions = {},
): SocketAddress | undefined {
  const path = /^unix:\/\/(\/.+)$/s.exec(text)?.[1];
  if (path !== undefined) return { transport: "unix", path };
  const parts = /^(udp|tcp):\/\/(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]*))(?::(\d{1,5}))?\/?$/i
    .exec(text);
  const port = Number(parts?.[4] ?? defaultPort);
  if (parts === null || !(port >= minPort && port <= 65_535)) return undefined;
  const transport = parts[1].toLowerCase() as "udp" | "tcp";
  return { transport, host: parts[2] || parts[3] || "127.0.0.1", port };
}

/** Writes an address as {@linkcode parseSocketAddress} reads it. */
export function formatSocketAddress(address: SocketAddress): string {
  if (address.transport === "unix") return `unix://${address.path}`;
  const { transport, host, port } = address;
  return `${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
