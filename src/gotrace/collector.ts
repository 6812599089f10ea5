import { EventAssembler } from "../assemble/event_assembler.ts";
import { TraceStore } from "../assemble/trace_store.ts";
import type { Counters } from "../model/counters.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import type { Trace } from "../model/trace.ts";
import { GoTraceReceiver } from "../receivers/gotrace_receiver.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";
import { fromModelSpan, type Span } from "./span.ts";

/** Bounds of a {@linkcode Collector}. */
export interface CollectorOptions {
  /** Spans open at once; beyond it the oldest is given up as unfinished. @default 250,000 */
  maxOpenSpans?: number;
  /** Traces in memory; beyond it the oldest is forgotten. @default 10,000 */
  maxTraces?: number;
  /** Spans in memory, over all traces. @default 1,000,000 */
  maxSpans?: number;
  /** Bytes of one event line; a longer line is skipped and counted. @default 1 MiB */
  maxLineBytes?: number;
}

/** Called when a span is completed. */
export type OnSpanComplete = (traceId: string, span: Span) => void;

/**
 * Receives go-trace's events over a Unix socket and assembles them into trees, within bounds.
 *
 * @example
 * ```ts
 * import { Collector } from "./mod.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await using collector = new Collector(`${folder}/events.sock`);
 * collector.onSpanComplete((traceId, span) => console.log(traceId, span.name, span.duration()));
 * await collector.listen();
 * const served = collector.serve();
 * await collector.close();
 * await served;
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class Collector implements AsyncDisposable {
  /** Path of the Unix socket. */
  readonly socketPath: string;
  readonly #options: CollectorOptions;
  readonly #assembler: EventAssembler;
  readonly #store: TraceStore;
  readonly #listeners: OnSpanComplete[] = [];
  #receiver: GoTraceReceiver | undefined;
  #closing: Promise<void> | undefined;

  constructor(socketPath: string, options: CollectorOptions = {}) {
    this.socketPath = socketPath;
    this.#options = options;
    this.#store = new TraceStore(options);
    this.#assembler = new EventAssembler({
      maxOpenSpans: options.maxOpenSpans,
      onSpans: (batch) => this.#addBatch(batch),
    });
  }

  /** What became of the event lines so far. */
  get counters(): Readonly<Counters> {
    return this.#assembler.counters;
  }

  /** Spans that were completed and then forgotten to keep the bounds, by reason. */
  get forgottenSpans(): Readonly<Record<string, number>> {
    return this.#store.droppedSpans;
  }

  /**
   * Creates the socket. Call {@linkcode Collector.serve} afterwards.
   *
   * @param signal Closes the collector when aborted.
   * @throws {Error} When the path cannot be bound; whatever is there is left alone, unless it is a
   * dead socket of this user.
   */
  async listen(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#receiver = await GoTraceReceiver.listen(this.socketPath, {
      assembler: this.#assembler,
      maxLineBytes: this.#options.maxLineBytes,
    });
    closeOnAbort(this, signal);
  }

  /**
   * Accepts connections; resolves once the collector is closed.
   *
   * @throws {Error} When it was not told to listen before.
   */
  async serve(signal?: AbortSignal): Promise<void> {
    if (this.#receiver === undefined) {
      throw new Error("Cannot serve: the collector does not listen; call listen() first");
    }
    closeOnAbort(this, signal);
    await this.#receiver.serve();
    await this.#closing;
  }

  /** Binds the socket and accepts connections until it is closed or the signal is aborted. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.listen(signal);
    await this.serve();
  }

  /**
   * Registers a function that is called with each completed span, its children not included.
   *
   * @param listener What it throws is reported by the runtime as uncaught, and harms nothing here.
   */
  onSpanComplete(listener: OnSpanComplete): void {
    this.#listeners.push(listener);
  }

  /**
   * A snapshot of the root spans by trace id, each with its tree. Roots that have not ended are
   * included, marked `isUnfinished`.
   */
  traces(): Map<string, Span[]> {
    const snapshot = new Map<string, Span[]>();
    this.#assembler.forEachOpen((batch) => {
      for (const line of splitLines(batch)) this.#store.add(decodeSpanLine(line));
    });
    for (const traceId of this.#store.traceIds) {
      const trace = this.#store.trace(traceId);
      if (trace !== undefined) snapshot.set(traceId, nestSpans(trace));
    }
    return snapshot;
  }

  /** Stops accepting, takes what has arrived, and removes the socket. Open spans become unfinished. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#receiver?.close();
    this.#assembler.abandon();
  }

  #addBatch(batch: SpanBatch): void {
    for (const line of splitLines(batch)) {
      const span = decodeSpanLine(line);
      this.#store.add(span);
      if (span.state !== "ended") continue;
      for (const listener of this.#listeners) {
        try {
          listener(span.traceId, fromModelSpan(span));
        } catch (error) {
          // As an event target does: the stream goes on, the runtime says what happened.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
  }
}

/** Closes something when a signal is aborted. */
export function closeOnAbort(
  closable: { close(): Promise<void> },
  signal: AbortSignal | undefined,
): void {
  signal?.addEventListener("abort", () => void closable.close(), { once: true });
}

function nestSpans(trace: Trace): Span[] {
  const roots: Span[] = [];
  const children: Span[][] = trace.nodes.map(() => []);
  // From the leaves up: a node's children stand behind it and are complete when it is reached.
  for (let index = trace.nodes.length - 1; index >= 0; index--) {
    const { span, parent } = trace.nodes[index];
    const nested = fromModelSpan(span, children[index].reverse());
    (parent < 0 ? roots : children[parent]).push(nested);
  }
  return roots.reverse();
}

function* splitLines(batch: SpanBatch): Generator<string> {
  for (const line of decoder.decode(batch.lines).split("\n")) {
    if (line !== "") yield line;
  }
}

const decoder = new TextDecoder();
