import type { ByteConnection } from "../runtime/byte_stream.ts";
import { SsfFrameReader } from "../wire/ssf/ssf_frame_reader.ts";
import type { SocketAddress } from "../model/socket_address.ts";
import type { SsfIntake } from "./ssf_intake.ts";
import type { SsfReceiver, SsfReceiverOptions } from "./ssf_receiver.ts";
import { type StreamListener, StreamServer } from "./stream_server.ts";

/** Receives SSF in frames over connections of a stream socket. */
export class SsfStreamReceiver implements SsfReceiver {
  readonly address: SocketAddress;
  readonly #intake: SsfIntake;
  readonly #options: SsfReceiverOptions;
  readonly #server: StreamServer;

  constructor(listener: StreamListener, address: SocketAddress, options: SsfReceiverOptions) {
    this.address = address;
    this.#intake = options.intake;
    this.#options = options;
    this.#server = new StreamServer(listener, {
      read: (connection) => this.#read(connection),
      activity: () => this.#intake.counters.received,
      maxConnections: options.maxConnections ?? 1000,
    });
  }

  /** Connections that were refused because too many were open. */
  get refusedConnectionCount(): number {
    return this.#server.refusedConnectionCount;
  }

  serve(): Promise<void> {
    return this.#server.serve();
  }

  async close(drainMs = 500): Promise<void> {
    await this.#server.close(drainMs);
    this.#intake.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(connection: ByteConnection): Promise<void> {
    const intake = this.#intake;
    const reader = new SsfFrameReader({ maxBodyBytes: this.#options.maxBodyBytes });
    function onBody(body: Uint8Array): void {
      intake.ingest(body);
    }
    let buffer = new Uint8Array(INITIAL_BUFFER_BYTES);
    for (;;) {
      const count = await connection.read(buffer);
      if (count === undefined) break;
      if (!reader.push(buffer.subarray(0, count), onBody)) break;
      if (count === buffer.length && count < BUSY_BUFFER_BYTES) {
        buffer = new Uint8Array(count * 2);
      }
      const wait = this.#options.backPressure?.();
      if (wait !== undefined) await wait;
    }
    if (reader.failure !== undefined) intake.reject(reader.failure.reason);
    else if (reader.isInsideFrame) intake.reject("truncated");
  }
}

const INITIAL_BUFFER_BYTES = 16 * 1024;
/** What a connection that fills its buffer reads at once: larger gains nothing. */
const BUSY_BUFFER_BYTES = 256 * 1024;
