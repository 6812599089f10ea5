import { mayConnectUnix } from "../runtime/may_connect_unix.ts";
import { openDatagramSocket } from "../runtime/open_datagram_socket.ts";
import { openSendingSocket } from "../runtime/open_sending_socket.ts";
import { openTcpSocket } from "../runtime/open_tcp_socket.ts";
import type { SendingSocketAttempt } from "../runtime/sending_socket.ts";

/** Where a socket connects to. */
export type SocketAddress =
  | { readonly transport: "udp" | "tcp"; readonly host: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Parses `udp://HOST:PORT`, `tcp://HOST:PORT` or `unix:///PATH`. Without a host it is 127.0.0.1.
 *
 * @param defaultPort The port when there is none; without it, a port must be given.
 * @returns `undefined` when it is none of these.
 * @example
 * ```ts
 * import { parseSocketAddress } from "./socket_address.ts";
 *
 * const address = parseSocketAddress("udp://[::1]", 8128);
 * if (address?.transport !== "udp" || address.host !== "::1") throw new Error("wrong");
 * ```
 */
export function parseSocketAddress(text: string, defaultPort?: number): SocketAddress | undefined {
  const path = /^unix:\/\/(\/.+)$/s.exec(text)?.[1];
  if (path !== undefined) return { transport: "unix", path };
  const parts = /^(udp|tcp):\/\/(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]*))(?::(\d{1,5}))?\/?$/i
    .exec(text);
  const port = Number(parts?.[4] ?? defaultPort);
  if (parts === null || !(port >= 1 && port <= 65_535)) return undefined;
  const transport = parts[1].toLowerCase() as "udp" | "tcp";
  return { transport, host: parts[2] || parts[3] || "127.0.0.1", port };
}

/**
 * Starts to connect for sending only.
 *
 * @returns `undefined` when the runtime would have to ask the user for it.
 */
export function openSocket(address: SocketAddress): SendingSocketAttempt | undefined {
  switch (address.transport) {
    case "udp":
      return openDatagramSocket(address.host, address.port);
    case "tcp":
      return openTcpSocket(address.host, address.port);
    default:
      return mayConnectUnix(address.path) ? openSendingSocket(address.path) : undefined;
  }
}
