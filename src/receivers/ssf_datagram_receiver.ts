import type { DatagramSocket } from "../runtime/bind_udp.ts";
import type { SsfAddress } from "./ssf_address.ts";
import type { SsfIntake } from "./ssf_intake.ts";
import type { SsfReceiver, SsfReceiverOptions } from "./ssf_receiver.ts";
import { waitUntilQuiet } from "./wait_until_quiet.ts";

/** Receives SSF over UDP, one span a datagram. */
export class SsfDatagramReceiver implements SsfReceiver {
  readonly address: SsfAddress;
  /** Always 0: datagrams need no connection. */
  readonly refusedConnectionCount = 0;
  readonly #intake: SsfIntake;
  readonly #socket: DatagramSocket;
  readonly #maxDatagramBytes: number;
  #receiving: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(socket: DatagramSocket, address: SsfAddress, options: SsfReceiverOptions) {
    this.address = address;
    this.#socket = socket;
    this.#intake = options.intake;
    this.#maxDatagramBytes = options.maxDatagramBytes ?? 65_535;
  }

  serve(): Promise<void> {
    return this.#receiving ??= this.#receiveAll();
  }

  close(drainMs = 500): Promise<void> {
    return this.#closing ??= this.#close(drainMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainMs: number): Promise<void> {
    if (this.#receiving !== undefined) {
      // What the kernel holds has been sent: it is not to be lost.
      await waitUntilQuiet(() => this.#intake.counters.received, drainMs);
    }
    this.#socket.close();
    await this.#receiving;
    this.#intake.flush();
  }

  async #receiveAll(): Promise<void> {
    // One byte more than allowed: the kernel cuts a datagram down to the buffer without a word.
    const buffer = new Uint8Array(this.#maxDatagramBytes + 1);
    for (;;) {
      const count = await this.#socket.receive(buffer);
      if (count === undefined) return;
      if (count > this.#maxDatagramBytes) this.#intake.reject("too_long");
      else this.#intake.ingest(buffer.subarray(0, count));
    }
  }
}
