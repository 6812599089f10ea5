import * as net from "node:net";
import type { ByteConnection } from "./byte_stream.ts";
import { denoConnection, nodeConnection } from "./connection.ts";
import { isDeno } from "./is_deno.ts";

/**
 * Connects to a TCP port.
 *
 * @throws {Error} The runtime's own error when nobody listens there.
 */
export async function connectTcp(host: string, port: number): Promise<ByteConnection> {
  if (isDeno()) return denoConnection(await Deno.connect({ hostname: host, port }));
  const socket = net.connect({ host, port, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  return nodeConnection(socket);
}
