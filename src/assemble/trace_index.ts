import { ownText } from "../model/own_text.ts";
import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { traceKey } from "../model/trace_key.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { LineTable } from "./_line_table.ts";
import { type Standing, standsBefore } from "./_stands_before.ts";
import { buildTrace } from "./build_trace.ts";
import type { TraceEntry, TraceList } from "./trace_list.ts";

/** Reads bytes of the file that is indexed. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

/**
 * The traces of a file, by where their lines are: a span takes 16 bytes of memory, and is read again from the
 * file when somebody looks at its trace.
 */
export class TraceIndex implements TraceList {
  readonly #readBytes: ReadBytes;
  readonly #byId = new Map<string, IndexedTrace>();
  readonly #entries: IndexedTrace[] = [];
  readonly #lines = new LineTable();
  /** Trees, the one asked for last at the end. */
  readonly #built = new Map<IndexedTrace, Trace>();
  /** Names and services. */
  readonly #texts = new Map<string, string>();
  #errorCount = 0;
  #lastId = "";
  #last: IndexedTrace | undefined;

  /** @param readBytes Reads the file that the lines come from. */
  constructor(readBytes: ReadBytes) {
    this.#readBytes = readBytes;
  }

  get version(): number {
    return this.#lines.count;
  }

  /** Lines; a span that stands in several counts as often. */
  get spanCount(): number {
    return this.#lines.count;
  }

  get traceCount(): number {
    return this.#entries.length;
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  /** Nothing in a file runs any more. */
  readonly runningCount = 0;
  /** Nothing is given up. */
  readonly droppedSpans: Readonly<Record<string, number>> = {};

  /**
   * Takes the next lines of the file, which this program wrote: one span a line.
   *
   * @param offset Where in the file they begin.
   * @throws {DecodeError} When one is no span line.
   */
  add(lines: Uint8Array, offset: number): void {
    let from = 0;
    for (const span of decodeSpanBatch(lines)) {
      const to = lines.indexOf(LINE_FEED, from) + 1 || lines.length;
      const entry = this.#entryOf(span.traceId);
      entry.lastLine = this.#lines.append(offset + from, to - from, entry.lastLine);
      entry.version = this.#lines.count;
      from = to;
      this.#sum(entry, span);
    }
  }

  entryOf(traceId: string): TraceEntry | undefined {
    return this.#byId.get(traceKey(traceId));
  }

  entryAt(index: number): TraceEntry | undefined {
    return this.#entries[index];
  }

  indexOf(sequence: number): number {
    return Math.max(0, Math.min(sequence - 1, this.#entries.length));
  }

  trace(traceId: string): Trace | undefined {
    const entry = this.#byId.get(traceKey(traceId));
    if (entry === undefined) return undefined;
    let trace = this.#built.get(entry);
    if (trace === undefined || entry.builtSpanCount !== entry.spanCount) {
      trace = buildTrace(entry.traceId, this.#read(entry));
      entry.builtSpanCount = entry.spanCount;
    }
    this.#built.delete(entry);
    this.#built.set(entry, trace);
    if (this.#built.size > MAX_TREES) {
      const [oldest] = this.#built.keys();
      this.#built.delete(oldest);
    }
    return trace;
  }

  spansOf(traceId: string): Iterable<Span> {
    const entry = this.#byId.get(traceKey(traceId));
    return entry === undefined ? [] : this.#read(entry);
  }

  #entryOf(traceId: string): IndexedTrace {
    // Spans of one trace mostly stand together: comparing ids is cheaper than looking one up.
    if (this.#last !== undefined && traceId === this.#lastId) return this.#last;
    let entry = this.#byId.get(traceKey(traceId));
    if (entry === undefined) {
      entry = new IndexedTrace(this.#entries.length + 1, ownText(traceId));
      this.#byId.set(traceKey(entry.traceId), entry);
      this.#entries.push(entry);
    }
    this.#lastId = entry.traceId;
    return this.#last = entry;
  }

  #sum(entry: IndexedTrace, span: Span): void {
    const { startTimeUnixNano, endTimeUnixNano = startTimeUnixNano } = span;
    if (entry.spanCount++ === 0) {
      entry.startTimeUnixNano = entry.latestUnixNano = startTimeUnixNano;
    } else if (startTimeUnixNano < entry.startTimeUnixNano) {
      entry.startTimeUnixNano = startTimeUnixNano;
    } else if (startTimeUnixNano > entry.latestUnixNano) {
      entry.latestUnixNano = startTimeUnixNano;
    }
    if (endTimeUnixNano > entry.latestUnixNano) entry.latestUnixNano = endTimeUnixNano;
    if (span.state === "unfinished") entry.unfinishedCount++;
    if (isErrorSpan(span)) {
      entry.errorCount++;
      this.#errorCount++;
    }
    if (entry.standing === undefined || standsBefore(span, entry.standing)) {
      this.#stand(entry, span);
    }
  }

  /** Lets a span stand for its trace. */
  #stand(entry: IndexedTrace, span: Span): void {
    const { spanId, parentId, startTimeUnixNano } = span;
    entry.standing = {
      spanId: ownText(spanId),
      parentId: parentId === undefined ? undefined : ownText(parentId),
      startTimeUnixNano,
    };
    entry.name = this.#share(span.name);
    entry.kind = span.kind;
    const service = spanService(span);
    entry.service = service === undefined ? undefined : this.#share(service);
  }

  /** The same text, once for all traces that have it, and not as a part of the lines. */
  #share(text: string): string {
    let shared = this.#texts.get(text);
    if (shared === undefined) {
      shared = ownText(text);
      if (this.#texts.size >= MAX_SHARED_TEXTS) this.#texts.clear();
      this.#texts.set(shared, shared);
    }
    return shared;
  }

  #read(entry: IndexedTrace): Span[] {
    const spans: Span[] = [];
    for (const { offset, length } of this.#lines.ranges(entry.lastLine)) {
      for (const span of decodeSpanBatch(this.#readBytes(offset, length))) spans.push(span);
    }
    return spans;
  }
}

/** How many trees are kept: more than any screen shows, and far fewer than all. */
const MAX_TREES = 512;
/** Names of most programs are far fewer; where they are not, they are hardly met again. */
const MAX_SHARED_TEXTS = 4096;
const LINE_FEED = 0x0a;

class IndexedTrace implements TraceEntry {
  readonly sequence: number;
  readonly traceId: string;
  readonly runningCount = 0;
  spanCount = 0;
  unfinishedCount = 0;
  errorCount = 0;
  name = "";
  kind: SpanKind = "internal";
  service: string | undefined;
  startTimeUnixNano = 0n;
  latestUnixNano = 0n;
  version = 0;
  /** The line that was added last; -1 for none. */
  lastLine = -1;
  /** What decided which span stands for the trace. */
  standing: Standing | undefined;
  /** What `spanCount` was when its tree was built. */
  builtSpanCount = 0;

  constructor(sequence: number, traceId: string) {
    this.sequence = sequence;
    this.traceId = traceId;
  }

  get durationNano(): bigint {
    return this.latestUnixNano - this.startTimeUnixNano;
  }
}
