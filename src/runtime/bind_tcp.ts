import type * as net from "node:net";
import type { ByteListener } from "./byte_stream.ts";
import { denoListener } from "./deno_listener.ts";
import { isDeno } from "./is_deno.ts";
import { nodeListener } from "./node_listener.ts";

/** A socket that accepts TCP connections. */
export interface TcpListener extends ByteListener {
  /** The port it has: the one it was asked for, or the one that was free. */
  readonly port: number;
}

/**
 * Binds a TCP port.
 *
 * @param host Name or address of this machine.
 * @param port 0 for any that is free.
 * @throws {Error} The runtime's own error when the port cannot be bound.
 */
export async function bindTcp(host: string, port: number): Promise<TcpListener> {
  if (isDeno()) {
    const listener = Deno.listen({ hostname: host, port });
    return { ...denoListener(listener), port: listener.addr.port };
  }
  const { listener, address } = await nodeListener((server, onListening) =>
    server.listen({ host, port }, onListening)
  );
  return { ...listener, port: (address as net.AddressInfo).port };
}
