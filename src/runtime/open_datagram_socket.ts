import * as dgram from "node:dgram";
import { lookup } from "node:dns";
import { isIP } from "node:net";
import { mayUseNetwork } from "./may_use_network.ts";
import type { SendingSocket, SendingSocketAttempt } from "./sending_socket.ts";

/** The most bytes that one datagram over IPv4 carries. */
export const MAX_DATAGRAM_BYTES = 65_507;

/**
 * Opens a UDP socket that sends to one address; each write is a datagram. A name is looked up once.
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
  return new Promise((resolve) => {
    if (isIP(host) !== 0) return resolve(new DatagramSocket(host, port));
    // Not the one of `node:dns/promises`, which prints a warning in older versions of Deno.
    lookup(host, { family: 4 }, (error, address) => {
      resolve(error ? undefined : new DatagramSocket(address, port));
    });
  });
}

class DatagramSocket implements SendingSocket {
  isOpen = true;
  readonly #socket: dgram.Socket;
  readonly #address: string;
  readonly #port: number;
  #giveUp: (() => void) | undefined;

  constructor(address: string, port: number) {
    this.#address = address;
    this.#port = port;
    this.#socket = dgram.createSocket(isIP(address) === 6 ? "udp6" : "udp4");
    this.#socket.unref();
    this.#socket.on("error", () => this.#shut());
  }

  write(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.isOpen) return resolve(false);
      this.#giveUp = () => resolve(false);
      try {
        this.#socket.send(bytes, this.#port, this.#address, (error) => {
          this.#giveUp = undefined;
          resolve(!error);
        });
      } catch {
        resolve(false);
      }
    });
  }

  writeAtExit(bytes: Uint8Array): boolean {
    if (!this.isOpen) return false;
    try {
      this.#socket.send(bytes, this.#port, this.#address, () => {});
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
