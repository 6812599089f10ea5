import * as dgram from "node:dgram";
import { lookup } from "node:dns";
import { isIP } from "node:net";
import { isDeno } from "./is_deno.ts";
import { mayUseNetwork } from "./may_use_network.ts";
import type { SendingSocket, SendingSocketAttempt } from "./sending_socket.ts";

/** The most bytes that one datagram over IPv4 carries. */
export const MAX_DATAGRAM_BYTES = 65_507;

/**
 * Opens a UDP socket that sends to one address; each write is a datagram. A name is looked up once.
 *
 * On Node and Bun it is connected: it closes once the kernel learns that nobody listens there, and can write
 * while the program is exiting. Deno takes the same calls and does neither.
 *
 * @returns `undefined` when the runtime would have to ask the user.
 */
export function openDatagramSocket(host: string, port: number): SendingSocketAttempt | undefined {
  const anyAddress = isIP(host) === 6 ? "::" : "0.0.0.0";
  // Deno also asks for the address that the own end is bound to, and ends the program if it is refused.
  if (!mayUseNetwork(host, port) || !mayUseNetwork(anyAddress, 0)) return undefined;
  return { socket: open(host, port), writeAtExit: () => false };
}

function open(host: string, port: number): Promise<SendingSocket | undefined> {
  if (isIP(host) !== 0) return connect(host, port);
  return new Promise((resolve) => {
    // Not the one of `node:dns/promises`, which prints a warning in older versions of Deno.
    lookup(host, { family: 4 }, (error, address) => {
      resolve(error ? undefined : connect(address, port));
    });
  });
}

function connect(address: string, port: number): Promise<SendingSocket | undefined> {
  const socket = dgram.createSocket(isIP(address) === 6 ? "udp6" : "udp4");
  socket.unref();
  return new Promise((resolve) => {
    const fail = (): void => {
      socket.close();
      resolve(undefined);
    };
    socket.once("error", fail);
    socket.connect(port, address, (error?: Error) => {
      if (error) return fail();
      socket.off("error", fail);
      resolve(new DatagramSocket(socket));
    });
  });
}

class DatagramSocket implements SendingSocket {
  isOpen = true;
  readonly #socket: dgram.Socket;
  #giveUp: (() => void) | undefined;

  /** @param socket Connected. */
  constructor(socket: dgram.Socket) {
    this.#socket = socket;
    socket.on("error", () => this.#shut());
  }

  write(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.isOpen) return resolve(false);
      this.#giveUp = () => resolve(false);
      try {
        this.#socket.send(bytes, (error) => {
          this.#giveUp = undefined;
          resolve(!error);
        });
      } catch {
        resolve(false);
      }
    });
  }

  writeAtExit(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    // Deno sends in a later turn, and there is none.
    if (!this.isOpen || isDeno()) return false;
    try {
      this.#socket.send(bytes, () => {});
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", resolve);
      this.#shut();
    });
  }

  #shut(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#giveUp?.();
    this.#socket.close();
  }
}
