import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSsfSpan } from "../../src/wire/ssf/decode_ssf_span.ts";
import { SsfFrameReader } from "../../src/wire/ssf/ssf_frame_reader.ts";
import type { SsfSpan } from "../../src/wire/ssf/ssf_span.ts";

/** What all receivers have: the spans, and a way to wait for them. */
class Gathering {
  readonly spans: SsfSpan[] = [];
  connectionCount = 0;
  /** Frames or streams that were cut off or wrong. */
  faultCount = 0;
  #waiting: { isMet: () => boolean; resolve: () => void }[] = [];

  get ids(): bigint[] {
    return this.spans.map((span) => span.id);
  }

  waitForSpans(count: number): Promise<void> {
    return this.wait(() => this.spans.length >= count);
  }

  waitForConnections(count: number): Promise<void> {
    return this.wait(() => this.connectionCount >= count);
  }

  protected wait(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isMet, resolve }));
  }

  protected wake(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ isMet }) => !isMet());
    for (const { isMet, resolve } of waiting) if (isMet()) resolve();
  }
}

/** Listens on a Unix socket, or a TCP port, for frames. */
export class StreamReceiver extends Gathering implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;
  readonly #isTcp: boolean;
  #port = 0;
  #listener: Deno.Listener | undefined;
  #accepting: Promise<void> | undefined;
  readonly #connections = new Set<Deno.Conn>();

  private constructor(folder: string, isTcp: boolean) {
    super();
    this.#folder = folder;
    this.#isTcp = isTcp;
    this.path = join(folder, "s.sock");
  }

  static async create(options: { isTcp?: boolean; isReading?: boolean } = {}): Promise<
    StreamReceiver
  > {
    const receiver = await StreamReceiver.createClosed(options);
    receiver.open(options);
    return receiver;
  }

  /** Has an address where nobody listens before `open`. */
  static async createClosed(options: { isTcp?: boolean } = {}): Promise<StreamReceiver> {
    const folder = await mkdtemp(join(tmpdir(), "trace-test-"));
    return new StreamReceiver(folder, options.isTcp ?? false);
  }

  get address(): string {
    return this.#isTcp ? `tcp://127.0.0.1:${this.#port}` : `unix://${this.path}`;
  }

  /** @param options.isReading False for a receiver that accepts and never reads. */
  open(options: { isReading?: boolean } = {}): void {
    const listener = this.#isTcp
      ? Deno.listen({ hostname: "127.0.0.1", port: this.#port })
      : Deno.listen({ transport: "unix", path: this.path });
    if (listener.addr.transport === "tcp") this.#port = listener.addr.port;
    this.#listener = listener;
    this.#accepting = this.#accept(listener, options.isReading ?? true);
  }

  /** Stops listening and breaks all connections. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    await this.#accepting;
    await rm(this.path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  async #accept(listener: Deno.Listener, isReading: boolean): Promise<void> {
    const readers: Promise<void>[] = [];
    try {
      for (;;) {
        const connection = await listener.accept();
        this.connectionCount++;
        this.#connections.add(connection);
        if (isReading) readers.push(this.#read(connection));
        this.wake();
      }
    } catch {
      // It was closed.
    }
    await Promise.all(readers);
  }

  async #read(connection: Deno.Conn): Promise<void> {
    const reader = new SsfFrameReader();
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) break;
        reader.push(buffer.subarray(0, count), (body) => this.spans.push(decodeSsfSpan(body)));
        this.wake();
      }
    } catch {
      // It broke.
    }
    if (reader.isInsideFrame || reader.failure !== undefined) this.faultCount++;
    if (this.#connections.delete(connection)) connection.close();
  }
}

/** Takes datagrams, as spans or as text. */
export class DatagramReceiver extends Gathering implements AsyncDisposable {
  readonly texts: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #isText: boolean;
  readonly #reading: Promise<void>;

  private constructor(socket: Deno.DatagramConn, isText: boolean) {
    super();
    this.#socket = socket;
    this.#isText = isText;
    this.#reading = this.#read();
  }

  /** Not with `node:dgram`, which cuts long datagrams off in older versions of Deno. */
  static create(options: { isText?: boolean } = {}): DatagramReceiver {
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    return new DatagramReceiver(socket, options.isText ?? false);
  }

  get address(): string {
    return `udp://127.0.0.1:${(this.#socket.addr as Deno.NetAddr).port}`;
  }

  waitForTexts(count: number): Promise<void> {
    return this.wait(() => this.texts.length >= count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_535);
    for (;;) {
      let bytes: Uint8Array;
      try {
        [bytes] = await this.#socket.receive(buffer);
      } catch {
        return;
      }
      if (this.#isText) this.texts.push(new TextDecoder().decode(bytes));
      else this.spans.push(decodeSsfSpan(bytes));
      this.wake();
    }
  }
}
