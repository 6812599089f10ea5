import process from "node:process";
import type { ByteListener } from "./byte_stream.ts";
import { denoListener } from "./deno_listener.ts";
import { isDeno } from "./is_deno.ts";
import { nodeListener } from "./node_listener.ts";

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
  try {
    return denoListener(Deno.listen({ transport: "unix", path }));
  } finally {
    Deno.umask(umask);
  }
}

async function bindNode(path: string): Promise<ByteListener> {
  const { listener } = await nodeListener((server, onListening) => {
    const umask = process.umask(PRIVATE_UMASK);
    // Node binds a Unix path before listen() returns.
    server.listen(path, onListening);
    process.umask(umask);
  });
  return listener;
}

/** Leaves read and write to the owner alone. */
const PRIVATE_UMASK = 0o177;
