import { writeSync } from "node:fs";
import * as net from "node:net";
import { isDeno } from "./is_deno.ts";
import type { SendingSocket, SendingSocketAttempt } from "./sending_socket.ts";

/**
 * Connects with `node:net`, for Node and Bun.
 *
 * @param target The path of a Unix socket, or a TCP port.
 */
export function connectNode(target: string | { host: string; port: number }): SendingSocketAttempt {
  const socket = typeof target === "string" ? net.connect({ path: target }) : net.connect(target);
  socket.unref();
  return {
    giveUp: () => socket.destroy(),
    socket: new Promise((resolve) => {
      socket.once("connect", () => {
        resolve(new NodeSendingSocket(socket));
        // Deno before 2.5 forgets it while it connects.
        socket.unref();
      });
      // Stays on for good: an error without a listener would end the program.
      socket.on("error", () => resolve(undefined));
      socket.once("close", () => resolve(undefined));
    }),
    writeAtExit(bytes, deadlineMs): boolean {
      // The kernel connects a Unix socket at once; only the news of it takes a turn of the loop.
      return writeAtExit(socket, [bytes], deadlineMs);
    },
  };
}

class NodeSendingSocket implements SendingSocket {
  readonly #socket: net.Socket;
  #unfinished: Uint8Array | undefined;
  #giveUp: (() => void) | undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("close", () => this.#giveUp?.());
    // Nothing is expected to arrive: reading is how the end of the other side is noticed.
    socket.on("end", () => socket.destroy());
    socket.resume();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  write(bytes: Uint8Array): boolean | Promise<boolean> {
    let answer: ((isDone: boolean) => void) | undefined;
    let isDone: boolean | undefined;
    const settle = (isWritten: boolean): void => {
      isDone ??= isWritten;
      this.#unfinished = undefined;
      this.#giveUp = undefined;
      answer?.(isDone);
    };
    this.#unfinished = bytes;
    this.#giveUp = () => settle(false);
    this.#socket.write(bytes, (error) => settle(!error));
    // The kernel mostly takes everything before `write` returns.
    if (this.#socket.writableLength === 0 && !this.#socket.destroyed) {
      this.#unfinished = undefined;
      this.#giveUp = undefined;
      return true;
    }
    return isDone ?? new Promise((resolve) => {
      answer = resolve;
    });
  }

  writeAtExit(bytes: Uint8Array, deadlineMs: number): boolean {
    const parts = [bytes];
    if (this.#unfinished !== undefined) {
      const left = handleOf(this.#socket)?.writeQueueSize ?? 0;
      parts.unshift(this.#unfinished.subarray(this.#unfinished.length - left));
      // Not once more with what is written next.
      this.#unfinished = undefined;
    }
    return writeAtExit(this.#socket, parts, deadlineMs);
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", resolve);
      this.#socket.destroy();
    });
  }
}

/** What Node keeps below a socket. Undocumented, so nothing may depend on it being there. */
interface Handle {
  readonly fd?: number;
  readonly writeQueueSize?: number;
}

function handleOf(socket: net.Socket): Handle | undefined {
  return (socket as unknown as { _handle?: Handle })._handle;
}

function writeAtExit(
  socket: net.Socket,
  parts: readonly Uint8Array[],
  deadlineMs: number,
): boolean {
  // What Deno calls so is none of the operating system's.
  const fd = isDeno() ? undefined : handleOf(socket)?.fd;
  if (fd === undefined || fd < 0) {
    if (socket.pending || socket.destroyed) return false;
    // Bun and Deno: what their buffers and the kernel take of this is all that can be had.
    socket.write(parts[parts.length - 1]);
    return true;
  }
  const deadline = Date.now() + deadlineMs;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      try {
        at += writeSync(fd, part, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || Date.now() >= deadline) {
          return false;
        }
        // The reader needs a moment to make room; only a blocking wait is possible here.
        Atomics.wait(nobody, 0, 0, 1);
      }
    }
  }
  return true;
}
