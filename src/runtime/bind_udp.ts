import { isDeno } from "./is_deno.ts";
import { readUdpDropCount } from "./read_udp_drop_count.ts";

/** A socket that datagrams arrive at. */
export interface DatagramSocket {
  /** The port it has: the one it was asked for, or the one that was free. */
  readonly port: number;
  /**
   * Waits for the next datagram. Of one that is longer than the buffer only the beginning is left.
   *
   * @returns The number of bytes written to the buffer; `undefined` once the socket is closed.
   */
  receive(into: Uint8Array): Promise<number | undefined>;
  /** How many datagrams the kernel threw away because `receive` was too slow, where it tells. */
  countDrops(): Promise<number>;
  /** Closes the socket; doing so again has no effect. */
  close(): void;
}

/**
 * Binds a UDP port. Only Deno, as `node:dgram` loses more datagrams there, and nothing that runs on
 * Node or Bun receives any.
 *
 * @param host Name or address of this machine.
 * @param port 0 for any that is free.
 * @throws {Error} The runtime's own error when the port cannot be bound; one that says so when the
 * runtime has no such sockets.
 */
export function bindUdp(host: string, port: number): DatagramSocket {
  // Without its flag, Deno has everything but this function.
  if (!isDeno() || typeof Deno.listenDatagram !== "function") {
    throw new Error("receiving UDP needs Deno with the option --unstable-net");
  }
  const socket = Deno.listenDatagram({ transport: "udp", hostname: host, port });
  const bound = socket.addr as Deno.NetAddr;
  let isClosed = false;
  return {
    port: bound.port,
    async receive(into): Promise<number | undefined> {
      while (!isClosed) {
        try {
          return (await socket.receive(into))[0].length;
        } catch (error) {
          if (isClosed || error instanceof Deno.errors.BadResource) return undefined;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
      return undefined;
    },
    countDrops: () => readUdpDropCount(bound.hostname, bound.port),
    close(): void {
      if (isClosed) return;
      isClosed = true;
      socket.close();
    },
  };
}

const RETRY_MS = 50;
