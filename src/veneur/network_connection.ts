import { clearTimeout, setTimeout } from "node:timers";
import type { SendingSocket, SendingSocketAttempt } from "../runtime/sending_socket.ts";
import { awaitWrite } from "../transport/await_write.ts";
import { SendError } from "./client_errors.ts";
import { reconnectWaitMs } from "./reconnect_wait.ts";

/** How long a {@linkcode NetworkConnection} waits for what. */
export interface NetworkConnectionOptions {
  /** Starts to connect; `undefined` when the runtime does not permit it. */
  readonly open: () => SendingSocketAttempt | undefined;
  /** How much longer each wait between attempts is than the one before, in milliseconds. */
  readonly backoffTimeMs: number;
  /** The longest of these waits, in milliseconds. */
  readonly maxBackoffTimeMs: number;
  /** How long to try to connect, all attempts together, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a piece of at most 256 KiB may wait for a receiver that does not read, in milliseconds. */
  readonly writeTimeoutMs: number;
}

/**
 * One connection that is made when something is to be sent, and again after it broke. What is being
 * sent when it breaks is lost; that it broke while idle shows at the next sending, which fails, too.
 */
export class NetworkConnection {
  readonly #options: NetworkConnectionOptions;
  #socket: SendingSocket | undefined;
  #attempt: SendingSocketAttempt | undefined;
  /** Begun while the program was exiting. */
  #lastAttempt: SendingSocketAttempt | undefined;
  /** What a `send` has not yet given to the socket. */
  #rest: Uint8Array | undefined;
  /** Ends the wait that is going on, if any. */
  #endWait: (() => void) | undefined;
  #isGivenUp = false;

  constructor(options: NetworkConnectionOptions) {
    this.#options = options;
  }

  /**
   * Sends bytes: a datagram, or any part of a stream. One at a time.
   *
   * @throws {SendError} When they are lost.
   */
  async send(bytes: Uint8Array): Promise<void> {
    this.#rest = bytes;
    try {
      const socket = await this.#connected();
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        this.#rest = bytes.subarray(at + PIECE_BYTES);
        await this.#write(socket, bytes.subarray(at, at + PIECE_BYTES));
      }
    } finally {
      this.#rest = undefined;
    }
  }

  /**
   * Sends while the program is exiting: first what is left of an unfinished `send`, then the bytes.
   *
   * @param bytes As of `send`; none to finish only what has begun.
   * @param deadlineMs How long it may block, in milliseconds.
   * @returns Whether the kernel took everything, as far as the runtime tells.
   */
  sendAtExit(bytes: Uint8Array | undefined, deadlineMs: number): boolean {
    const deadline = performance.now() + deadlineMs;
    for (const part of [this.#rest, bytes]) {
      if (part === undefined) continue;
      if (!this.#writeAtExit(part, Math.max(0, deadline - performance.now()))) return false;
      this.#rest = undefined;
    }
    return true;
  }

  /** Ends what is going on, and refuses everything that follows. */
  giveUp(): void {
    this.#isGivenUp = true;
    this.#endWait?.();
    void this.#socket?.close();
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    this.giveUp();
    await this.#socket?.close();
  }

  async #connected(): Promise<SendingSocket> {
    if (this.#isGivenUp) throw closedError();
    const socket = this.#socket;
    if (socket === undefined) return await this.#connect();
    if (socket.isOpen) return socket;
    this.#socket = undefined;
    await socket.close();
    throw new SendError("connection_lost", "Cannot send: the connection broke");
  }

  async #connect(): Promise<SendingSocket> {
    const { open, backoffTimeMs, maxBackoffTimeMs, connectTimeoutMs } = this.#options;
    const deadlineMs = performance.now() + connectTimeoutMs;
    for (let failureCount = 1;; failureCount++) {
      const attempt = open();
      if (attempt === undefined) {
        throw new SendError("not_permitted", "Cannot connect: the runtime does not permit it");
      }
      this.#attempt = attempt;
      const socket = await this.#wait(Math.max(1, deadlineMs - performance.now()), attempt.socket);
      this.#attempt = undefined;
      if (this.#isGivenUp || socket === undefined) discard(attempt);
      if (this.#isGivenUp) throw closedError();
      if (socket !== undefined) return this.#socket = socket;
      const leftMs = deadlineMs - performance.now();
      const waitMs = reconnectWaitMs(failureCount, backoffTimeMs, maxBackoffTimeMs);
      if (leftMs > 0) await this.#wait(Math.min(waitMs, leftMs));
      if (this.#isGivenUp) throw closedError();
      if (performance.now() >= deadlineMs) {
        const message = `Cannot connect: nobody has listened for ${connectTimeoutMs} ms`;
        throw new SendError("connect_timeout", message);
      }
    }
  }

  async #write(socket: SendingSocket, bytes: Uint8Array): Promise<void> {
    const outcome = socket.write(bytes);
    if (outcome === true) return;
    const end = await awaitWrite(socket, outcome, this.#options.writeTimeoutMs);
    if (end === "written") return;
    // What follows goes over a new connection. A UDP socket stays: only that datagram was refused.
    if (!socket.isOpen || end === "stalled") {
      this.#socket = undefined;
      await socket.close();
    }
    if (this.#isGivenUp) throw closedError();
    throw end === "stalled"
      ? new SendError("write_timeout", "Cannot send: the receiver does not read")
      : new SendError("connection_lost", "Cannot send: the connection broke");
  }

  #writeAtExit(bytes: Uint8Array, deadlineMs: number): boolean {
    if (this.#isGivenUp) return false;
    if (this.#socket?.isOpen) return this.#socket.writeAtExit(bytes, deadlineMs);
    if (this.#attempt !== undefined) return this.#attempt.writeAtExit(bytes, deadlineMs);
    const attempt = this.#lastAttempt ??= this.#options.open();
    if (attempt?.writeAtExit(bytes, deadlineMs)) return true;
    if (attempt !== undefined) discard(attempt);
    this.#lastAttempt = undefined;
    return false;
  }

  /** Waits for a promise that never rejects, no longer than a time, or until everything is given up. */
  #wait<Value>(ms: number, promise?: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve) => {
      const end = (value?: Value): void => {
        clearTimeout(timer);
        this.#endWait = undefined;
        resolve(value);
      };
      const timer = setTimeout(() => end(), ms).unref();
      this.#endWait = end;
      promise?.then(end);
    });
  }
}

function closedError(): SendError {
  return new SendError("closed", "Cannot send: the client was closed");
}

/** A connection that comes about after all is not wanted any more. */
function discard(attempt: SendingSocketAttempt): void {
  attempt.giveUp?.();
  attempt.socket.then((socket) => socket?.close());
}

const PIECE_BYTES = 256 * 1024;
