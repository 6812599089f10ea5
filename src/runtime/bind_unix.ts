import process from "node:process";
import * as net from "node:net";
import type { ByteConnection, ByteListener } from "./byte_stream.ts";
import { denoConnection, nodeConnection } from "./connection.ts";
import { isDeno } from "./is_deno.ts";

/**
 * Binds a Unix stream socket that only this user may use from the moment it exists.
 *
 * @param path At most 107 bytes; nothing may be there.
 * @throws {Error} The runtime's own error when the path cannot be bound.
 */
export async function bindUnix(path: string): Promise<ByteListener> {
  return isDeno() ? bindDeno(path) : await bindNode(path);
}

function bindDeno(path: string): ByteListener {
  const umask = Deno.umask(PRIVATE_UMASK);
  let listener: Deno.UnixListener;
  try {
    listener = Deno.listen({ transport: "unix", path });
  } finally {
    Deno.umask(umask);
  }
  let isClosed = false;
  return {
    async accept(): Promise<ByteConnection | undefined> {
      // Too many open files or a client that is gone already must not end the accepting.
      while (!isClosed) {
        try {
          return denoConnection(await listener.accept());
        } catch (error) {
          if (isClosed || error instanceof Deno.errors.BadResource) return undefined;
          await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
        }
      }
      return undefined;
    },
    close(): void {
      if (isClosed) return;
      isClosed = true;
      listener.close();
    },
  };
}

function bindNode(path: string): Promise<ByteListener> {
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
    const umask = process.umask(PRIVATE_UMASK);
    // Node binds a Unix path before listen() returns.
    server.listen(path, () => resolve(listener));
    process.umask(umask);
  });
}

/** Leaves read and write to the owner alone. */
const PRIVATE_UMASK = 0o177;
const ACCEPT_RETRY_MS = 50;
