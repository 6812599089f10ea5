import { openDatagramSocket } from "../runtime/open_datagram_socket.ts";
import type { SendingSocket } from "../runtime/sending_socket.ts";
import type { StatsCounter } from "./stats_counter.ts";
import { parseVeneurAddress } from "./veneur_address.ts";

/**
 * Counts on a statsd server over UDP, a datagram a count: `name:1|c|@0.5|#tag:value`. What cannot be
 * sent is lost: it never throws, waits, or keeps the program alive.
 */
export class StatsdCounter implements StatsCounter, AsyncDisposable {
  readonly #host: string;
  readonly #port: number;
  #socket: Promise<SendingSocket | undefined> | undefined;
  /** Datagrams go one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * @param address The server, `udp://HOST:PORT`.
   * @throws {TypeError} When it is no such address.
   */
  constructor(address: string) {
    const parsed = parseVeneurAddress(address, 8125);
    if (parsed.transport !== "udp") {
      throw new TypeError(`Cannot count at "${address}": give udp://HOST:PORT`);
    }
    this.#host = parsed.host;
    this.#port = parsed.port;
  }

  count(metric: string, n: number, tags: readonly string[], rate: number): void {
    if (this.#waiting >= MAX_WAITING) return;
    const share = rate < 1 ? `|@${rate}` : "";
    const labels = tags.length > 0 ? `|#${tags.join(",")}` : "";
    const bytes = new TextEncoder().encode(`${metric}:${n}|c${share}${labels}`);
    this.#waiting++;
    this.#last = this.#last.then(async () => {
      const socket = await (this.#socket ??= openDatagramSocket(this.#host, this.#port)?.socket);
      const isSent = await socket?.write(bytes);
      // One that learned that nobody listens is closed; somebody may come back.
      if (!isSent) await this.#closeSocket();
      this.#waiting--;
    });
  }

  /** Sends what waits and closes the socket. */
  async close(): Promise<void> {
    await this.#last;
    await this.#closeSocket();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeSocket(): Promise<void> {
    await (await this.#socket)?.close();
    this.#socket = undefined;
  }
}

const MAX_WAITING = 1024;
