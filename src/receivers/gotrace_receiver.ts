import type { EventAssembler } from "../assemble/event_assembler.ts";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import { StreamServer } from "./stream_server.ts";
import { listenUnix, type UnixListener } from "./unix_listener.ts";

/** Options of {@linkcode GoTraceReceiver}. */
export interface GoTraceReceiverOptions {
  /** Where the events go. */
  assembler: EventAssembler;
  /**
   * Asked after each read: a promise holds the reading back until it resolves, which in turn holds
   * the senders back once the kernel's buffers are full.
   */
  backPressure?: () => Promise<void> | undefined;
  /** Bytes of one event line; a longer line is skipped and counted as `too_long`. @default 1 MiB */
  maxLineBytes?: number;
  /** Connections at once; one more is closed at once and counted. @default 1,000 */
  maxConnections?: number;
  /**
   * How long spans of a closed connection may still be ended by another one, in milliseconds; then
   * they are given up as unfinished. @default 2,000
   */
  lostSpanGraceMs?: number;
}

/** Receives go-trace's protocol, newline-delimited JSON, on a Unix stream socket. */
export class GoTraceReceiver implements AsyncDisposable {
  /** Where it listens. */
  readonly path: string;
  readonly #assembler: EventAssembler;
  readonly #backPressure: () => Promise<void> | undefined;
  readonly #maxLineBytes: number;
  readonly #lostSpanGraceMs: number;
  readonly #server: StreamServer;
  /** Connections that closed, with the time by which their spans are given up. */
  readonly #closed = new Map<number, number>();
  #graceTimer: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(listener: UnixListener, options: GoTraceReceiverOptions) {
    this.path = listener.path;
    this.#assembler = options.assembler;
    this.#backPressure = options.backPressure ?? (() => undefined);
    this.#maxLineBytes = options.maxLineBytes ?? 1024 * 1024;
    this.#lostSpanGraceMs = options.lostSpanGraceMs ?? 2000;
    this.#server = new StreamServer(listener, {
      read: (connection, number) =>
        this.#read(connection, number).finally(() => this.#expectLoss(number)),
      activity: () => this.#assembler.counters.received,
      maxConnections: options.maxConnections ?? 1000,
    });
  }

  /**
   * Binds the socket. Programs can connect from now on; `serve` starts to read from them.
   *
   * @throws {Error} See {@linkcode listenUnix}.
   */
  static async listen(path: string, options: GoTraceReceiverOptions): Promise<GoTraceReceiver> {
    return new GoTraceReceiver(await listenUnix(path), options);
  }

  /** Connections that were refused because too many were open. */
  get refusedConnectionCount(): number {
    return this.#server.refusedConnectionCount;
  }

  /** Accepts connections and reads from them; resolves once the receiver is closed. */
  serve(): Promise<void> {
    return this.#server.serve();
  }

  /**
   * Stops accepting, takes what has already arrived, and removes the socket.
   *
   * @param drainMs How long to wait for programs that keep sending, in milliseconds. @default 500
   */
  close(drainMs = 500): Promise<void> {
    return this.#closing ??= this.#close(drainMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainMs: number): Promise<void> {
    await this.#server.close(drainMs);
    clearTimeout(this.#graceTimer);
  }

  async #read(connection: ByteConnection, number: number): Promise<void> {
    const assembler = this.#assembler;
    // A line and its line end: what is longer cannot be whole in the buffer, and is skipped.
    const maxCapacity = this.#maxLineBytes + 1;
    // One byte more than may be filled: the assembler needs it while it scans.
    let buffer = new Uint8Array(Math.min(INITIAL_BUFFER_BYTES, maxCapacity) + 1);
    let filled = 0;
    let isSkipping = false;
    for (;;) {
      const count = await connection.read(buffer.subarray(filled, buffer.length - 1));
      if (count === undefined) break;
      const to = filled + count;
      let from = 0;
      if (isSkipping) {
        const lineEnd = buffer.subarray(0, to).indexOf(LINE_FEED);
        if (lineEnd < 0) continue;
        isSkipping = false;
        from = lineEnd + 1;
      }
      from = assembler.ingest(buffer, from, to, number);
      assembler.flush();
      filled = to - from;
      if (from > 0) buffer.copyWithin(0, from, to);
      else if (filled > this.#maxLineBytes) {
        assembler.rejectTooLong();
        isSkipping = true;
        filled = 0;
      }
      const capacity = buffer.length - 1;
      const isFull = filled === capacity;
      const wanted = isFull || to === capacity
        ? Math.min(capacity * 2, maxCapacity, isFull ? maxCapacity : BUSY_BUFFER_BYTES)
        : capacity;
      if (wanted > capacity) {
        const larger = new Uint8Array(wanted + 1);
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
      const wait = this.#backPressure();
      if (wait !== undefined) await wait;
    }
    // A last line may lack its line end; a long one that is still being skipped has been counted.
    if (!isSkipping && filled > 0) assembler.ingestLine(buffer, 0, filled, number);
    assembler.flush();
  }

  #expectLoss(connection: number): void {
    if (this.#assembler.openCount === 0 || this.#closing !== undefined) return;
    this.#closed.set(connection, Date.now() + this.#lostSpanGraceMs);
    this.#graceTimer ??= setTimeout(() => this.#giveUpLost(), this.#lostSpanGraceMs);
  }

  #giveUpLost(): void {
    const now = Date.now();
    const lost = new Set<number>();
    let next = Infinity;
    for (const [connection, deadline] of this.#closed) {
      if (deadline <= now) {
        lost.add(connection);
        this.#closed.delete(connection);
      } else next = Math.min(next, deadline);
    }
    this.#assembler.abandon((connection) => lost.has(connection));
    this.#graceTimer = next === Infinity
      ? undefined
      : setTimeout(() => this.#giveUpLost(), next - now);
  }
}

const LINE_FEED = 0x0a;
const INITIAL_BUFFER_BYTES = 64 * 1024;
/** What a connection that fills its buffer reads at once: larger gains nothing. */
const BUSY_BUFFER_BYTES = 256 * 1024;
