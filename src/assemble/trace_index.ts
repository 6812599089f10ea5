import { Buffer } from "node:buffer";
import { ownText } from "../model/own_text.ts";
import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import { traceKey } from "../model/trace_key.ts";
import { decodeForeignLines, decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
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
  #builtSpanCount = 0;
  /** Names and services. */
  readonly #texts = new Map<string, string>();
  #spanCount = 0;
  #runningCount = 0;
  #errorCount = 0;
  /** Whether lines with spans in spans are among them. */
  #hasNested = false;
  #lastId = "";
  #last: IndexedTrace | undefined;

  /** @param readBytes Reads the file that the lines come from. */
  constructor(readBytes: ReadBytes) {
    this.#readBytes = readBytes;
  }

  get version(): number {
    return this.#lines.count;
  }

  /** A span that stands in several lines counts as often. */
  get spanCount(): number {
    return this.#spanCount;
  }

  get traceCount(): number {
    return this.#entries.length;
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  /** Spans that their lines call running, though nothing in a file runs any more. */
  get runningCount(): number {
    return this.#runningCount;
  }

  /** Nothing is given up. */
  readonly droppedSpans: Readonly<Record<string, number>> = {};

  /**
   * Takes the next lines of the file.
   *
   * @param offset Where in the file they begin.
   * @param isProven Whether this program wrote them; others may have written spans into spans.
   * @throws {DecodeError} When one is no span line.
   */
  add(lines: Uint8Array, offset: number, { isProven = true } = {}): void {
    if (!isProven && hasNested(lines)) {
      this.#addNested(lines, offset);
      return;
    }
    let from = 0;
    for (const span of decodeSpanBatch(lines)) {
      const to = lines.indexOf(LINE_FEED, from) + 1 || lines.length;
      const entry = this.#entryOf(span.traceId);
      this.#addLine(entry, offset + from, to - from);
      this.#sum(entry, span);
      from = to;
    }
  }

  #addNested(lines: Uint8Array, offset: number): void {
    this.#hasNested = true;
    for (let from = 0; from < lines.length;) {
      const to = lines.indexOf(LINE_FEED, from) + 1 || lines.length;
      const entries = new Set<IndexedTrace>();
      for (const span of decodeForeignLines(lines.subarray(from, to))) {
        const entry = this.#entryOf(span.traceId);
        if (!entries.has(entry)) this.#addLine(entry, offset + from, to - from);
        entries.add(entry);
        this.#sum(entry, span);
      }
      from = to;
    }
  }

  #addLine(entry: IndexedTrace, offset: number, length: number): void {
    entry.lastLine = this.#lines.append(offset, length, entry.lastLine);
    entry.version = this.#lines.count;
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
    const known = this.#built.get(entry);
    if (known !== undefined && entry.builtSpanCount === entry.spanCount) {
      this.#built.delete(entry);
      this.#built.set(entry, known);
      return known;
    }
    this.#forgetTree(entry);
    const trace = buildTrace(entry.traceId, [...this.#read(entry)]);
    this.#built.set(entry, trace);
    entry.builtSpanCount = entry.spanCount;
    this.#builtSpanCount += entry.spanCount;
    while (this.#builtSpanCount > MAX_TREE_SPANS || this.#built.size > MAX_TREES) {
      const [oldest] = this.#built.keys();
      if (oldest === entry) break;
      this.#forgetTree(oldest);
    }
    return trace;
  }

  #forgetTree(entry: IndexedTrace): void {
    if (this.#built.delete(entry)) this.#builtSpanCount -= entry.builtSpanCount;
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
    this.#spanCount++;
    if (entry.spanCount++ === 0) {
      entry.startTimeUnixNano = entry.latestUnixNano = startTimeUnixNano;
    } else if (startTimeUnixNano < entry.startTimeUnixNano) {
      entry.startTimeUnixNano = startTimeUnixNano;
    } else if (startTimeUnixNano > entry.latestUnixNano) {
      entry.latestUnixNano = startTimeUnixNano;
    }
    if (endTimeUnixNano > entry.latestUnixNano) entry.latestUnixNano = endTimeUnixNano;
    if (span.state === "unfinished") {
      entry.unfinishedCount++;
    } else if (span.state === "running") {
      entry.runningCount++;
      this.#runningCount++;
    }
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

  /** Reads a part of the file at a time, when its spans are asked for. */
  *#read(entry: IndexedTrace): Generator<Span> {
    const key = traceKey(entry.traceId);
    for (const { offset, length } of this.#lines.ranges(entry.lastLine, MAX_READ_BYTES)) {
      const lines = this.#readBytes(offset, length);
      const isNested = this.#hasNested && hasNested(lines);
      for (const span of isNested ? decodeForeignLines(lines) : decodeSpanBatch(lines)) {
        // A span may be nested in one of another trace.
        if (!isNested || traceKey(span.traceId) === key) yield span;
      }
    }
  }
}

/** Whether one of the lines may have go-trace's `children`. */
function hasNested(lines: Uint8Array): boolean {
  return Buffer.from(lines.buffer, lines.byteOffset, lines.length).includes('"children"');
}

/** At once: whoever looks at the spans of a large trace need not wait for all of them. */
const MAX_READ_BYTES = 1024 * 1024;
/** Trees that are kept: more than any screen shows, and far fewer than all. */
const MAX_TREES = 512;
/** So many spans are in trees that are kept; a larger tree is kept alone. */
const MAX_TREE_SPANS = 200_000;
/** Names of most programs are far fewer; where they are not, they are hardly met again. */
const MAX_SHARED_TEXTS = 4096;
const LINE_FEED = 0x0a;

class IndexedTrace implements TraceEntry {
  readonly sequence: number;
  readonly traceId: string;
  runningCount = 0;
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
