import { mkdtemp, rm } from "node:fs/promises";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Unix socket that gathers the lines that arrive, and lets a test wait for them. */
export class LineReceiver implements AsyncDisposable {
  readonly path: string;
  readonly lines: string[] = [];
  connectionCount = 0;
  readonly #folder: string;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #waiting: { count: number; resolve: () => void }[] = [];
  #onConnection: (() => void)[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, "s.sock");
  }

  /** Makes a socket path; `open` starts to listen there. */
  static async create(options: { isOpen?: boolean } = {}): Promise<LineReceiver> {
    const receiver = new LineReceiver(await mkdtemp(join(tmpdir(), "trace-test-")));
    if (options.isOpen ?? true) await receiver.open();
    return receiver;
  }

  async open(options: { isPaused?: boolean } = {}): Promise<void> {
    const server = net.createServer((socket) => {
      this.#sockets.add(socket);
      this.connectionCount++;
      let rest = "";
      socket.setEncoding("utf8");
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
      if (options.isPaused) socket.pause();
      else {
        socket.on("data", (text) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() as string;
          for (const line of lines) this.lines.push(line);
          this.#waiting = this.#waiting.filter(({ count, resolve }) =>
            this.lines.length < count || resolve()
          );
        });
      }
      for (const resolve of this.#onConnection.splice(0)) resolve();
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  /** The events that arrived, parsed. */
  get events(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  waitForLines(count: number): Promise<void> {
    if (this.lines.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  waitForConnection(): Promise<void> {
    return new Promise((resolve) => this.#onConnection.push(resolve));
  }

  /** Stops listening and breaks all connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = [...this.#sockets].map((socket) =>
      new Promise((resolve) => socket.once("close", resolve))
    );
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }
}
