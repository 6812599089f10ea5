import { LiveServer, type LiveServerOptions } from "../broadcast/live_server.ts";
import { listenUnix } from "../receivers/unix_listener.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { closeOnAbort } from "./collector.ts";
import { type Span, toModelSpan } from "./span.ts";

/**
 * Broadcasts completed spans to connected viewers over a Unix socket as JSON Lines. A viewer that is
 * slow, or never reads, delays neither the caller nor other viewers.
 *
 * @example
 * ```ts
 * import { ViewServer } from "./mod.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const server = new ViewServer(`${folder}/view.sock`);
 * await server.listen();
 * const served = server.serve();
 * await server.close();
 * await served;
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class ViewServer implements AsyncDisposable {
  /** Path of the Unix socket. */
  readonly socketPath: string;
  readonly #options: LiveServerOptions;
  #server: LiveServer | undefined;
  #isClosed = false;

  constructor(socketPath: string, options: LiveServerOptions = {}) {
    this.socketPath = socketPath;
    this.#options = options;
  }

  /** How many viewers are connected. */
  get connCount(): number {
    return this.#server?.viewerCount ?? 0;
  }

  /** Spans that slow viewers missed, summed over all of them. */
  get skippedSpanCount(): number {
    return this.#server?.skippedSpanCount ?? 0;
  }

  /**
   * Creates the socket. Call {@linkcode ViewServer.serve} afterwards.
   *
   * @param signal Closes the server when aborted.
   * @throws {Error} When the path cannot be bound; whatever is there is left alone, unless it is a
   * dead socket of this user.
   */
  async listen(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#server = new LiveServer(await listenUnix(this.socketPath), this.#options);
    closeOnAbort(this, signal);
  }

  /**
   * Accepts viewers; resolves once the server is closed.
   *
   * @throws {Error} When it was not told to listen before.
   */
  async serve(signal?: AbortSignal): Promise<void> {
    if (this.#server === undefined) {
      throw new Error("Cannot serve: the view server does not listen; call listen() first");
    }
    closeOnAbort(this, signal);
    await this.#server.serve();
    if (this.#isClosed) await this.#server.close();
  }

  /** Binds the socket and accepts viewers until it is closed or the signal is aborted. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.listen(signal);
    await this.serve();
  }

  /**
   * Sends a completed span, and the spans below it, to all viewers. Without a viewer it is kept for
   * one that comes soon; before {@linkcode ViewServer.listen} it goes nowhere.
   */
  broadcast(span: Span): void {
    if (this.#server === undefined) return;
    const spans = [span];
    for (let index = 0; index < spans.length; index++) {
      for (const child of spans[index].children) spans.push(child);
    }
    // Children first: a go-trace viewer builds the tree when the root arrives.
    const text = spans.reverse().map((each) => encodeSpanLine(toModelSpan(each))).join("");
    this.#server.broadcast({ lines: encoder.encode(text), spanCount: spans.length });
  }

  /** Sends what is left, disconnects the viewers, and removes the socket. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#server?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const encoder = new TextEncoder();
