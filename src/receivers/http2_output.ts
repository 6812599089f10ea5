import type { ByteConnection } from "../runtime/byte_stream.ts";
import { FrameWriter } from "../wire/http2/frame_writer.ts";

/** Sends the frames of one HTTP/2 connection: what is written meanwhile goes out with one system call. */
export class Http2Output {
  /** What is to be sent. */
  readonly frames = new FrameWriter();
  /** When what is being sent has taken too long. */
  deadline = Infinity;
  readonly #connection: ByteConnection;
  readonly #timeoutMs: number;
  #sending: Promise<void> | undefined;
  #isScheduled = false;
  #isBroken = false;

  /** @param timeoutMs How long one write may take. */
  constructor(connection: ByteConnection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** Whether something has not been sent. */
  get isBusy(): boolean {
    return this.#sending !== undefined || this.frames.length > 0 && !this.#isBroken;
  }

  /** Sends what has been written when those who can write more at once have done so. */
  schedule(): void {
    if (this.#isScheduled || this.#sending !== undefined) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Sends what has been written; resolves when all of that is sent or the connection broke. */
  flush(): Promise<void> {
    if (this.#isBroken) this.frames.take();
    if (this.frames.length === 0) return this.#sending ?? Promise.resolve();
    return this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    try {
      while (this.frames.length > 0) {
        this.deadline = Date.now() + this.#timeoutMs;
        await this.#connection.write(this.frames.take());
      }
    } catch {
      this.#isBroken = true;
      this.#connection.close();
    }
    this.deadline = Infinity;
    this.#sending = undefined;
  }
}
