import * as net from "node:net";
import type { ByteConnection } from "./byte_stream.ts";
import { denoConnection, nodeConnection } from "./connection.ts";
import { isDeno } from "./is_deno.ts";

/**
 * Connects to a Unix stream socket.
 *
 * @throws {Error} With `code` `ENOENT` when nothing is at the path, `ECONNREFUSED` when nobody listens.
 */
export async function connectUnix(path: string): Promise<ByteConnection> {
  if (isDeno()) {
    try {
      return denoConnection(await Deno.connect({ transport: "unix", path }));
    } catch (error) {
      throw withCode(error as Error);
    }
  }
  const socket = net.connect({ path, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  return nodeConnection(socket);
}

/** Gives Deno's errors the codes that Node's have. */
function withCode(error: Error): Error {
  const code = error instanceof Deno.errors.NotFound
    ? "ENOENT"
    : error instanceof Deno.errors.ConnectionRefused
    ? "ECONNREFUSED"
    : undefined;
  return code === undefined ? error : Object.assign(error, { code });
}
