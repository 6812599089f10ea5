import { connectDeno } from "./deno_sending_socket.ts";
import { isDeno } from "./is_deno.ts";
import { connectNode } from "./node_sending_socket.ts";
import type { SendingSocketAttempt } from "./sending_socket.ts";

/**
 * Starts to connect to a Unix stream socket for sending only.
 *
 * @param path The socket. On Deno, ask `mayConnectUnix` first, else the user is asked.
 */
export function openSendingSocket(path: string): SendingSocketAttempt {
  return isDeno() ? connectDeno(path) : connectNode(path);
}
