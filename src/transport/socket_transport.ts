import type { SendingSocket, SendingSocketAttempt } from "../runtime/sending_socket.ts";
import { clearTimeout, setTimeout } from "node:timers";
import { awaitWrite } from "./await_write.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { rejected, retryAfter, type SendResult, SENT } from "./send_result.ts";
import type { SocketAddress } from "../model/socket_address.ts";
import { openSocket } from "./open_socket.ts";
import type { Transport } from "./transport.ts";

/** Options of {@linkcode SocketTransport}. */
export interface SocketTransportOptions {
  /** The waits between attempts to connect. */
  backoff?: BackoffOptions;
  /**
   * How long a write may wait for a receiver that does not read, in milliseconds. An unfinished write
   * keeps a program alive on every runtime, so this is also how long it can delay the end. @default 500
   */
  writeTimeoutMs?: number;
  /** How long to wait for a host that does not answer, in milliseconds. @default 10,000 */
  connectTimeoutMs?: number;
}

/**
 * Sends to a stream socket, or each batch as a datagram over UDP. Connects at the first batch and again
 * whenever the connection is lost.
 *
 * Answers `retry` while nobody listens; `rejected` with `connection_lost` when the connection broke
 * during a batch, `write_timeout` when the receiver stopped reading, `not_permitted` when the runtime
 * forbids the socket, `closed` afterwards.
 *
 * @example
 * ```ts
 * import { SocketTransport } from "./socket_transport.ts";
 *
 * const transport = new SocketTransport({
 *   transport: "unix",
 *   path: "/nobody/listens.sock",
 * });
 * const result = await transport.send(new TextEncoder().encode("a line\n"));
 * if (result.status === "ok") throw new Error("somebody does");
 * await transport.close();
 * ```
 */
export class SocketTransport implements Transport {
  /** Connections made so far. */
  connectionCount = 0;
  readonly #address: SocketAddress;
  readonly #backoff: Backoff;
  readonly #writeTimeoutMs: number;
  readonly #connectTimeoutMs: number;
  #attempt: SendingSocketAttempt | undefined;
  #socket: SendingSocket | undefined;
  /** The batch of a `send` that waits for the connection. */
  #waiting: Uint8Array | undefined;
  #retryAt = 0;
  #isClosed = false;
  #unfinished: Promise<unknown> | undefined;

  /** @param address Where to send. Nothing happens before the first batch. */
  constructor(address: SocketAddress, options: SocketTransportOptions = {}) {
    this.#address = address;
    this.#backoff = new Backoff(options.backoff);
    this.#writeTimeoutMs = options.writeTimeoutMs ?? 500;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  }

  send(batch: Uint8Array): SendResult | Promise<SendResult> {
    if (this.#isClosed) return rejected("closed");
    if (this.#socket?.isOpen) return this.#write(this.#socket, batch);
    const waitMs = this.#retryAt - performance.now();
    if (waitMs > 0) return retryAfter(waitMs);
    const result = this.#connectAndWrite(batch);
    this.#unfinished = result;
    return result;
  }

  sendAtExit(batch: Uint8Array, deadlineMs: number): boolean {
    if (this.#isClosed) return false;
    const target = this.#attempt ?? (this.#socket?.isOpen ? this.#socket : undefined);
    const rest = this.#waiting === undefined ? batch : concat(this.#waiting, batch);
    if (target !== undefined) return target.writeAtExit(rest, deadlineMs);
    if (performance.now() < this.#retryAt) return false;
    return openSocket(this.#address)?.writeAtExit(rest, deadlineMs) ?? false;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#attempt?.giveUp?.();
    await this.#attempt?.socket;
    await this.#socket?.close();
    await this.#unfinished;
  }

  async #connectAndWrite(batch: Uint8Array): Promise<SendResult> {
    this.#waiting = batch;
    // Without a wait where there is none: the program may exit in this very turn.
    if (this.#socket !== undefined) await this.#socket.close();
    this.#socket = undefined;
    const attempt = openSocket(this.#address);
    if (attempt === undefined) {
      this.#waiting = undefined;
      return rejected("not_permitted");
    }
    this.#attempt = attempt;
    const timer = setTimeout(() => attempt.giveUp?.(), this.#connectTimeoutMs).unref();
    const socket = await attempt.socket;
    clearTimeout(timer);
    this.#attempt = undefined;
    this.#waiting = undefined;
    this.#socket = socket;
    if (this.#isClosed) {
      await socket?.close();
      return rejected("closed");
    }
    if (socket === undefined) return this.#postpone();
    this.connectionCount++;
    return await this.#write(socket, batch);
  }

  #write(socket: SendingSocket, batch: Uint8Array): SendResult | Promise<SendResult> {
    const outcome = socket.write(batch);
    if (outcome === true) {
      this.#backoff.reset();
      return SENT;
    }
    const result = this.#settle(socket, outcome);
    this.#unfinished = result;
    return result;
  }

  async #settle(socket: SendingSocket, outcome: boolean | Promise<boolean>): Promise<SendResult> {
    const end = await awaitWrite(socket, outcome, this.#writeTimeoutMs);
    if (end === "written") {
      this.#backoff.reset();
      return SENT;
    }
    this.#postpone();
    await socket.close();
    return rejected(
      end === "stalled" ? "write_timeout" : this.#isClosed ? "closed" : "connection_lost",
    );
  }

  #postpone(): SendResult {
    const waitMs = this.#backoff.next();
    this.#retryAt = performance.now() + waitMs;
    return retryAfter(waitMs);
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
