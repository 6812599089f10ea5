import { MAX_DATAGRAM_BYTES } from "../runtime/open_datagram_socket.ts";
import { encodeSsfFrame, MAX_SSF_BODY_BYTES } from "../wire/ssf/ssf_frame.ts";
import { encodeSsfSpan } from "../wire/ssf/encode_ssf_span.ts";
import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { FlushableClientBackend } from "./client_backend.ts";
import { SendError, type SendFailure } from "./client_errors.ts";
import { NetworkConnection, type NetworkConnectionOptions } from "./network_connection.ts";

/** Options of {@linkcode NetworkBackend}. */
export interface NetworkBackendOptions extends NetworkConnectionOptions {
  /** Whether each span is a datagram, else a frame of a stream. */
  readonly isDatagram: boolean;
  /** Bytes that may wait for a flush; 0 to send each span at once. */
  readonly bufferSizeBytes: number;
  /** Called when spans leave the buffer, with the reason if they are lost. */
  readonly onUnbuffered: (count: number, failure?: SendFailure) => void;
}

/** Sends spans over one connection, at once or gathered in a buffer. */
export class NetworkBackend implements FlushableClientBackend {
  readonly #options: NetworkBackendOptions;
  readonly #connection: NetworkConnection;
  #buffer: Uint8Array[] = [];
  #bufferedBytes = 0;
  /** Messages that have left the buffer and are being sent. */
  #leaving: Uint8Array[] = [];
  /** A message for which the buffer is making room. */
  #spilled: Uint8Array | undefined;
  #signal: AbortSignal | undefined;
  #sending: Promise<unknown> | undefined;

  constructor(options: NetworkBackendOptions) {
    this.#options = options;
    this.#connection = new NetworkConnection(options);
  }

  sendSync(span: SsfSpan, signal: AbortSignal): "buffered" | Promise<void | "buffered"> {
    this.#obey(signal);
    const message = this.#encode(span);
    const { bufferSizeBytes } = this.#options;
    if (this.#bufferedBytes + message.length <= bufferSizeBytes) return this.#keep(message);
    return this.#track(
      bufferSizeBytes === 0 ? this.#connection.send(message) : this.#spill(message),
    );
  }

  flushSync(signal: AbortSignal): void | Promise<void> {
    this.#obey(signal);
    if (this.#buffer.length > 0) return this.#track(this.#sendBuffer());
  }

  sendAtExit(spans: readonly SsfSpan[], deadlineMs: number): readonly boolean[] {
    const deadline = performance.now() + deadlineMs;
    const messages = spans.map((span) => this.#encodeIfPossible(span));
    const send = (batch: readonly (Uint8Array | undefined)[]): boolean[] => {
      const bytes = concat(batch.filter((message) => message !== undefined));
      const isSent = this.#connection.sendAtExit(bytes, Math.max(0, deadline - performance.now()));
      return batch.map((message) => message !== undefined && isSent);
    };
    // A stream gets them at once: older Denos pass on only one write at such a time.
    return this.#options.isDatagram
      ? messages.flatMap((message) => send([message]))
      : send(messages);
  }

  flushAtExit(deadlineMs: number): boolean {
    const deadline = performance.now() + deadlineMs;
    const send = (bytes: Uint8Array | undefined): boolean =>
      this.#connection.sendAtExit(bytes, Math.max(0, deadline - performance.now()));
    if (!send(undefined)) return false;
    const { isDatagram } = this.#options;
    // Of a stream all of them were under way, of datagrams one.
    this.#onUnbuffered(this.#leaving.splice(0, isDatagram ? 1 : this.#leaving.length));
    this.#buffer = [...this.#leaving.splice(0), ...this.#buffer];
    while (this.#buffer.length > 0) {
      const batch = isDatagram ? this.#buffer.slice(0, 1) : this.#buffer;
      if (!send(concat(batch))) return false;
      this.#onUnbuffered(this.#buffer.splice(0, batch.length));
    }
    this.#bufferedBytes = 0;
    const spilled = this.#spilled;
    this.#spilled = undefined;
    return send(spilled);
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#sending?.catch(() => {});
    this.#onUnbuffered(this.#buffer.splice(0), "closed");
  }

  #obey(signal: AbortSignal): void {
    if (signal === this.#signal) return;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#connection.giveUp(), { once: true });
  }

  #track<Value>(sending: Promise<Value>): Promise<Value> {
    this.#sending = sending;
    return sending;
  }

  #encode(span: SsfSpan): Uint8Array {
    let body: Uint8Array;
    try {
      body = encodeSsfSpan(span);
    } catch (cause) {
      throw new SendError("unencodable", "Cannot encode the span", { cause });
    }
    const { isDatagram } = this.#options;
    const limit = isDatagram ? MAX_DATAGRAM_BYTES : MAX_SSF_BODY_BYTES;
    if (body.length > limit) {
      const message = `Cannot send a span of ${body.length} bytes: at most ${limit} are possible`;
      throw new SendError("too_long", message);
    }
    return isDatagram ? body : encodeSsfFrame(body);
  }

  #encodeIfPossible(span: SsfSpan): Uint8Array | undefined {
    try {
      return this.#encode(span);
    } catch {
      return undefined;
    }
  }

  #keep(message: Uint8Array): "buffered" {
    this.#buffer.push(message);
    this.#bufferedBytes += message.length;
    return "buffered";
  }

  /** Makes room by sending what the buffer holds, whose loss is told separately. */
  async #spill(message: Uint8Array): Promise<void | "buffered"> {
    this.#spilled = message;
    if (this.#buffer.length > 0) await this.#sendBuffer().catch(() => {});
    this.#spilled = undefined;
    if (message.length <= this.#options.bufferSizeBytes) return this.#keep(message);
    await this.#connection.send(message);
  }

  async #sendBuffer(): Promise<void> {
    const messages = this.#leaving = this.#buffer;
    this.#buffer = [];
    this.#bufferedBytes = 0;
    try {
      if (this.#options.isDatagram) {
        while (messages.length > 0) {
          await this.#connection.send(messages[0]);
          this.#onUnbuffered(messages.splice(0, 1));
        }
      } else if (messages.length > 0) {
        await this.#connection.send(concat(messages));
        this.#onUnbuffered(messages.splice(0));
      }
    } catch (error) {
      // Some of it may have arrived, but nobody can tell.
      this.#onUnbuffered(messages.splice(0), (error as SendError).reason);
      throw error;
    }
  }

  #onUnbuffered(messages: readonly Uint8Array[], failure?: SendFailure): void {
    if (messages.length > 0) this.#options.onUnbuffered(messages.length, failure);
  }
}

function concat(messages: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(messages.reduce((sum, message) => sum + message.length, 0));
  let at = 0;
  for (const message of messages) {
    all.set(message, at);
    at += message.length;
  }
  return all;
}
