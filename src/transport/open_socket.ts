import type { SocketAddress } from "../model/socket_address.ts";
import { mayConnectUnix } from "../runtime/may_connect_unix.ts";
import { openDatagramSocket } from "../runtime/open_datagram_socket.ts";
import { openSendingSocket } from "../runtime/open_sending_socket.ts";
import { openTcpSocket } from "../runtime/open_tcp_socket.ts";
import type { SendingSocketAttempt } from "../runtime/sending_socket.ts";

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
