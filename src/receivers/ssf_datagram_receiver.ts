import type { DatagramSocket } from "../runtime/bind_udp.ts";
import type { SocketAddress } from "../model/socket_address.ts";
import type { SsfIntake } from "./ssf_intake.ts";
import type { SsfReceiver, SsfReceiverOptions } from "./ssf_receiver.ts";
import { waitUntilQuiet } from "./wait_until_quiet.ts";

/** Receives SSF over UDP, one span a datagram. */
export class SsfDatagramReceiver implements SsfReceiver {
  readonly address: SocketAddress;
  /** Always 0: datagrams need no connection. */
  readonly refusedConnectionCount = 0;
  readonly #intake: SsfIntake;
  readonly #socket: DatagramSocket;
  readonly #maxDatagramBytes: number;
  #dropCount = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #receiving: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(socket: DatagramSocket, address: SocketAddress, options: SsfReceiverOptions) {
    this.address = address;
    this.#socket = socket;
    this.#intake = options.intake;
    this.#maxDatagramBytes = options.maxDatagramBytes ?? 65_535;
  }

  serve(): Promise<void> {
    this.#timer ??= setInterval(() => void this.#countDrops(), DROP_COUNT_INTERVAL_MS);
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
    clearInterval(this.#timer);
    await this.#countDrops();
    this.#socket.close();
    await this.#receiving;
    this.#intake.flush();
  }

  /** Counts what the kernel has thrown away since the last time. */
  async #countDrops(): Promise<void> {
    const count = await this.#socket.countDrops();
    // A socket that is gone from the kernel's table counts as 0.
    if (count <= this.#dropCount) return;
    this.#intake.drop("socket_full", count - this.#dropCount);
    this.#dropCount = count;
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

const DROP_COUNT_INTERVAL_MS = 1000;
