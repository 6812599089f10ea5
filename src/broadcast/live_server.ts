import type { SpanBatch, SpanConsumer } from "../model/span_batch.ts";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import { plainLines } from "./plain_lines.ts";
import { type RingCursor, SpanRing } from "./span_ring.ts";

/** Who knows the spans that are open: the assembler. */
export interface OpenSpans {
  /** Hands over the lines of all the spans that are open. */
  forEachOpen(consumer: SpanConsumer): void;
  /** Hands over the lines of those that have started since it was last called and are still open. */
  forEachStarted(consumer: SpanConsumer): void;
  /** Lets `forEachStarted` begin with the next span that starts. */
  skipStarted(): void;
}

/** Options of {@linkcode LiveServer}. */
export interface LiveServerOptions {
  /** Needed to show spans while they run. */
  openSpans?: OpenSpans;
  /** How much is kept for viewers that come late or are slow, in bytes. @default 32 MiB */
  maxBacklogBytes?: number;
  /** Viewers at once; one more is turned away. @default 100 */
  maxViewers?: number;
}

/** What connections come from: see `listenUnix` of the receivers. */
export interface ConnectionSource {
  accept(): Promise<ByteConnection | undefined>;
  close(): Promise<void>;
}

/**
 * Fans live spans out to viewers over sockets. `broadcast` costs one copy into the ring, however many
 * viewers there are and however slow they are.
 *
 * A viewer that sends nothing gets what go-trace's ViewServer sends. One whose first line is
 * `{"trace_view":1}` gets the backlog first, kinds as words, and `{"view":…}` lines about the stream;
 * with `"running":true` it gets running spans, too.
 */
export class LiveServer implements AsyncDisposable {
  /** Viewers turned away because too many were connected. */
  refusedViewerCount = 0;
  /** Spans that slow viewers missed, summed over all of them. */
  skippedSpanCount = 0;
  readonly #ring: SpanRing;
  readonly #openSpans: OpenSpans | undefined;
  readonly #maxViewers: number;
  readonly #source: ConnectionSource;
  readonly #viewers = new Map<ByteConnection, Promise<void>>();
  #watcherCount = 0;
  #startTimer: ReturnType<typeof setInterval> | undefined;
  #accepting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @param source Where viewers connect; the server closes it. */
  constructor(source: ConnectionSource, options: LiveServerOptions = {}) {
    this.#source = source;
    this.#openSpans = options.openSpans;
    this.#maxViewers = options.maxViewers ?? 100;
    this.#ring = new SpanRing(options.maxBacklogBytes);
  }

  /** How many viewers are connected. */
  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** Copies a batch for all viewers, those that are still to come included. */
  broadcast(batch: SpanBatch): void {
    this.#ring.append(batch.lines, batch.spanCount);
  }

  /** Accepts viewers; resolves once the server is closed. */
  serve(): Promise<void> {
    return this.#accepting ??= this.#acceptAll();
  }

  /**
   * Ends the stream: viewers get what is left for them, and are disconnected.
   *
   * @param drainMs How long slow viewers may take, in milliseconds. @default 500
   */
  close(drainMs = 500): Promise<void> {
    return this.#closing ??= this.#close(drainMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * The stream of one viewer inside this process: backlog, open spans, then everything live.
   * See {@linkcode SpanRing.read}.
   */
  async *watch(options: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    yield* this.#watch({ running: true }, this.#ring.oldest(), options.signal);
  }

  async #close(drainMs: number): Promise<void> {
    await this.#source.close();
    await this.#accepting;
    this.#ring.close();
    const timer = setTimeout(() => {
      for (const connection of this.#viewers.keys()) connection.close();
    }, drainMs);
    await Promise.all(this.#viewers.values());
    clearTimeout(timer);
  }

  async #acceptAll(): Promise<void> {
    for (;;) {
      const connection = await this.#source.accept();
      if (connection === undefined) return;
      if (this.#viewers.size >= this.#maxViewers) {
        this.refusedViewerCount++;
        connection.close();
        continue;
      }
      const viewer = this.#serveViewer(connection).finally(() => {
        connection.close();
        this.#viewers.delete(connection);
      });
      this.#viewers.set(connection, viewer);
    }
  }

  async #serveViewer(connection: ByteConnection): Promise<void> {
    const cursor = this.#ring.newest();
    const gone = new AbortController();
    const asked = new AbortController();
    let request: ViewRequest | undefined;
    const reading = readRequests(connection, (wanted) => {
      request ??= wanted;
      asked.abort();
    }).then(() => gone.abort());
    const either = AbortSignal.any([gone.signal, asked.signal]);
    // Whoever sends a request does so at once. Nothing is missed by waiting: the ring has it.
    await aborted(either, REQUEST_WAIT_MS);
    if (request === undefined) {
      await this.#sendPlain(connection, cursor, either);
      // A late request goes on where the plain stream stopped, so that no span is sent twice.
      if (request !== undefined) await this.#sendAll(connection, request, cursor, gone.signal);
    } else {
      await this.#sendAll(connection, request, this.#ring.oldest(), gone.signal);
    }
    connection.close();
    await reading;
  }

  async #sendPlain(
    connection: ByteConnection,
    cursor: RingCursor,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const chunk of this.#ring.read(cursor, { signal })) {
      this.skippedSpanCount += chunk.skippedSpanCount;
      if (!await wasWritten(connection, plainLines(chunk.lines))) return;
    }
  }

  async #sendAll(
    connection: ByteConnection,
    request: ViewRequest,
    cursor: RingCursor,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const lines of this.#watch(request, cursor, signal)) {
      if (!await wasWritten(connection, lines)) return;
    }
  }

  async *#watch(
    request: ViewRequest,
    cursor: RingCursor,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const isRunningWanted = request.running;
    let isLive = false;
    if (isRunningWanted) this.#addWatcher();
    const chunks = this.#ring.read(cursor, { signal, onLive: () => isLive = true });
    try {
      let toldLive = false;
      for (;;) {
        // The ring calls `onLive` before it waits, so a quiet session is told to be live at once.
        const next = chunks.next();
        if (isLive && !toldLive) {
          toldLive = true;
          // Behind what has ended, so that what runs now stands where a viewer looks: at the end.
          if (isRunningWanted) yield* this.#openLines();
          yield LIVE;
        }
        const { value: chunk, done } = await next;
        if (done) return;
        if (chunk.skippedSpanCount > 0) {
          this.skippedSpanCount += chunk.skippedSpanCount;
          yield encoder.encode(`{"view":"skipped","spans":${chunk.skippedSpanCount}}\n`);
        }
        yield chunk.lines;
      }
    } finally {
      // A viewer that left holds its last chunk no longer. Not awaited: it may be waiting for spans.
      void chunks.return(undefined);
      if (isRunningWanted) this.#removeWatcher();
    }
  }

  #openLines(): Uint8Array[] {
    const lines: Uint8Array[] = [];
    this.#openSpans?.forEachOpen((batch) => lines.push(batch.lines.slice()));
    return lines;
  }

  #addWatcher(): void {
    if (this.#watcherCount++ > 0 || this.#openSpans === undefined) return;
    this.#openSpans.skipStarted();
    this.#startTimer = setInterval(() => {
      // A missed start is no loss: the span's end tells everything.
      this.#openSpans?.forEachStarted((batch) => this.#ring.append(batch.lines, 0));
    }, START_INTERVAL_MS);
  }

  #removeWatcher(): void {
    if (--this.#watcherCount === 0) clearInterval(this.#startTimer);
  }
}

/** Resolves when the signal is aborted or the time is over. */
function aborted(signal: AbortSignal, timeoutMs: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** What a viewer may ask for. */
interface ViewRequest {
  readonly running: boolean;
}

/** Reads what a viewer sends until it leaves; whatever is no request is forgotten. */
async function readRequests(
  connection: ByteConnection,
  onRequest: (request: ViewRequest) => void,
): Promise<void> {
  const buffer = new Uint8Array(MAX_REQUEST_BYTES);
  let filled = 0;
  for (;;) {
    const count = await connection.read(buffer.subarray(filled));
    if (count === undefined) return;
    filled += count;
    const lineEnd = buffer.subarray(0, filled).indexOf(LINE_FEED);
    const request = lineEnd < 0
      ? undefined
      : parseRequest(decoder.decode(buffer.subarray(0, lineEnd)));
    if (request !== undefined) onRequest(request);
    if (lineEnd >= 0 || filled === buffer.length) filled = 0;
  }
}

function parseRequest(line: string): ViewRequest | undefined {
  try {
    const request = JSON.parse(line);
    return request?.trace_view === 1 ? { running: request.running === true } : undefined;
  } catch {
    return undefined;
  }
}

async function wasWritten(connection: ByteConnection, bytes: Uint8Array): Promise<boolean> {
  try {
    await connection.write(bytes);
    return true;
  } catch {
    return false;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LIVE = encoder.encode('{"view":"live"}\n');
const LINE_FEED = 0x0a;
const MAX_REQUEST_BYTES = 4096;
/** How long a viewer has to say that it wants more than go-trace's viewers do. */
const REQUEST_WAIT_MS = 250;
/** How long a start may wait before viewers see it. */
const START_INTERVAL_MS = 25;
