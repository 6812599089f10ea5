import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindUnix } from "../../src/runtime/bind_unix.ts";
import type { ByteConnection, ByteListener } from "../../src/runtime/byte_stream.ts";

/** A Unix socket that gathers the lines that arrive, and lets a test wait for them. */
export class LineReceiver implements AsyncDisposable {
  readonly path: string;
  readonly lines: string[] = [];
  connectionCount = 0;
  readonly #folder: string;
  readonly #connections = new Set<ByteConnection>();
  #listener: ByteListener | undefined;
  #accepting: Promise<void> | undefined;
  #isReading = true;
  #waiting: { isMet: () => boolean; resolve: () => void }[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, "s.sock");
  }

  /** Makes a socket path and listens there. */
  static async create(): Promise<LineReceiver> {
    const receiver = await LineReceiver.createClosed();
    await receiver.open();
    return receiver;
  }

  /** Makes a socket path where nobody listens before `open`. */
  static async createClosed(): Promise<LineReceiver> {
    return new LineReceiver(await mkdtemp(join(tmpdir(), "trace-test-")));
  }

  /** @param options.isReading False for a receiver that accepts and never reads. */
  async open(options: { isReading?: boolean } = {}): Promise<void> {
    this.#isReading = options.isReading ?? true;
    this.#listener = await bindUnix(this.path);
    this.#accepting = this.#accept(this.#listener);
  }

  /** The events that arrived, parsed. */
  get events(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  waitForLines(count: number): Promise<void> {
    return this.#wait(() => this.lines.length >= count);
  }

  waitForConnections(count: number): Promise<void> {
    return this.#wait(() => this.connectionCount >= count);
  }

  /** Stops listening and breaks all connections. */
  async stop(): Promise<void> {
    this.#listener?.close();
    for (const connection of this.#connections) connection.close();
    await this.#accepting;
    await rm(this.path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  #wait(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isMet, resolve }));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ isMet }) => !isMet());
    for (const { isMet, resolve } of waiting) if (isMet()) resolve();
  }

  async #accept(listener: ByteListener): Promise<void> {
    const readers: Promise<void>[] = [];
    for (;;) {
      const connection = await listener.accept();
      if (connection === undefined) break;
      this.connectionCount++;
      this.#connections.add(connection);
      if (this.#isReading) readers.push(this.#read(connection));
      this.#wake();
    }
    await Promise.all(readers);
  }

  async #read(connection: ByteConnection): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const count = await connection.read(buffer);
      if (count === undefined) break;
      const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split(
        "\n",
      );
      rest = lines.pop() as string;
      this.lines.push(...lines);
      this.#wake();
    }
    connection.close();
    this.#connections.delete(connection);
  }
}
