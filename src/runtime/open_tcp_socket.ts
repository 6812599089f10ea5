import { mayUseNetwork } from "./may_use_network.ts";
import { connectNode } from "./node_sending_socket.ts";
import type { SendingSocketAttempt } from "./sending_socket.ts";

/**
 * Starts to connect to a TCP port for sending only. With `node:net` on Deno, too: there, an attempt
 * that nobody answers can be given up, and does not keep the program alive.
 *
 * @returns `undefined` when the runtime would have to ask the user.
 */
export function openTcpSocket(host: string, port: number): SendingSocketAttempt | undefined {
  return mayUseNetwork(host, port) ? connectNode({ host, port }) : undefined;
}
