import * as net from "node:net";
import type { ByteConnection, ByteListener } from "./byte_stream.ts";
import { nodeConnection } from "./connection.ts";

/**
 * A listener of Node's or Bun's.
 *
 * @param listen Calls the server's `listen` with the callback that it is given.
 */
export function nodeListener(
  listen: (server: net.Server, onListening: () => void) => void,
): Promise<{ listener: ByteListener; address: ReturnType<net.Server["address"]> }> {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const waiting: ((socket: net.Socket | undefined) => void)[] = [];
  const accepted: net.Socket[] = [];
  let isClosed = false;
  server.on("connection", (socket) => {
    const next = waiting.shift();
    if (next === undefined) accepted.push(socket);
    else next(socket);
  });
  const listener: ByteListener = {
    async accept(): Promise<ByteConnection | undefined> {
      const socket = accepted.shift() ??
        (isClosed ? undefined : await new Promise<net.Socket | undefined>((resolve) => {
          waiting.push(resolve);
        }));
      return socket && nodeConnection(socket);
    },
    close(): void {
      if (isClosed) return;
      isClosed = true;
      server.close();
      for (const socket of accepted) socket.destroy();
      for (const next of waiting) next(undefined);
    },
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    listen(server, () => resolve({ listener, address: server.address() }));
  });
}
