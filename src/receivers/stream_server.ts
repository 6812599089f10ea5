import type { ByteConnection, ByteListener } from "../runtime/byte_stream.ts";
import { waitUntilQuiet } from "./wait_until_quiet.ts";

/** What a {@linkcode StreamServer} accepts connections from. */
export interface StreamListener extends Omit<ByteListener, "close"> {
  /** Makes that nobody new finds it, where that can be had without refusing those who wait. */
  withdraw?(): Promise<void>;
  close(): void | Promise<void>;
}

/** Options of {@linkcode StreamServer}. */
export interface StreamServerOptions {
  /** Reads from one connection until it ends; the server closes it then. Never rejects. */
  read: (connection: ByteConnection, number: number) => Promise<void>;
  /** A number that grows with everything that is received. */
  activity: () => number;
  /** Connections at once; one more is closed at once and counted. */
  maxConnections: number;
}

/** Accepts the connections of one listener, reads from each, and drains them when it closes. */
export class StreamServer {
  /** Connections that were refused because too many were open. */
  refusedConnectionCount = 0;
  readonly #listener: StreamListener;
  readonly #options: StreamServerOptions;
  readonly #connections = new Set<ByteConnection>();
  readonly #readers = new Set<Promise<void>>();
  #connectionCount = 0;
  #accepting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(listener: StreamListener, options: StreamServerOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  /** Accepts connections and reads from them; resolves once the server is closed. */
  serve(): Promise<void> {
    return this.#accepting ??= this.#acceptAll();
  }

  /**
   * Stops accepting, and takes what has already arrived.
   *
   * @param drainMs How long to wait for programs that keep sending, in milliseconds.
   */
  close(drainMs: number): Promise<void> {
    return this.#closing ??= this.#close(drainMs);
  }

  async #close(drainMs: number): Promise<void> {
    // Who has connected may have sent everything and left, without having been accepted yet.
    await this.#listener.withdraw?.();
    if (this.#accepting !== undefined) {
      await waitUntilQuiet(() => this.#connectionCount + this.#options.activity(), drainMs);
    }
    await this.#listener.close();
    await this.#accepting;
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#readers);
  }

  async #acceptAll(): Promise<void> {
    for (;;) {
      const connection = await this.#listener.accept();
      if (connection === undefined) return;
      if (this.#connections.size >= this.#options.maxConnections) {
        this.refusedConnectionCount++;
        connection.close();
        continue;
      }
      this.#connections.add(connection);
      const reader = this.#options.read(connection, this.#connectionCount++).finally(() => {
        connection.close();
        this.#connections.delete(connection);
        this.#readers.delete(reader);
      });
      this.#readers.add(reader);
    }
  }
}
