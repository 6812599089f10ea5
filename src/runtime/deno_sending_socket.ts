import type { SendingSocket, SendingSocketAttempt } from "./sending_socket.ts";

/**
 * Connects with Deno's own sockets. Unlike its `node:net`, a write that starts while the program is
 * exiting still reaches the kernel, as far as the socket's buffer has room.
 */
export function connectDeno(path: string): SendingSocketAttempt {
  return { socket: connect(path), writeAtExit: () => false };
}

async function connect(path: string): Promise<SendingSocket | undefined> {
  try {
    return new DenoSendingSocket(await Deno.connect({ transport: "unix", path }));
  } catch {
    return undefined;
  }
}

class DenoSendingSocket implements SendingSocket {
  isOpen = true;
  readonly #connection: Deno.UnixConn;
  readonly #reading: Promise<void>;
  #giveUp: (() => void) | undefined;

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
    // Affects the reading alone: an unfinished write does keep the program alive.
    connection.unref();
    this.#reading = this.#watch();
  }

  write(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      // Older versions of Deno do not break a write off when the connection is closed.
      this.#giveUp = () => resolve(false);
      this.#write(bytes).then(resolve);
    });
  }

  writeAtExit(bytes: Uint8Array): boolean {
    // Deno tries a write before it hands out the promise; the rest of an earlier one comes first.
    this.#connection.write(bytes).catch(() => {});
    return true;
  }

  async close(): Promise<void> {
    this.#shut();
    await this.#reading;
  }

  async #write(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.#connection.write(at === 0 ? bytes : bytes.subarray(at));
      }
      return true;
    } catch {
      this.#shut();
      return false;
    }
  }

  /** Nothing is expected to arrive: reading is how the end of the other side is noticed. */
  async #watch(): Promise<void> {
    const scratch = new Uint8Array(64);
    try {
      while (await this.#connection.read(scratch) !== null);
    } catch {
      // It broke, which is an end, too.
    }
    this.#shut();
  }

  #shut(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#giveUp?.();
    try {
      // The end of the reading, which closing brings about, has to be waited for.
      this.#connection.ref();
      this.#connection.close();
    } catch {
      // The runtime closed it first.
    }
  }
}
