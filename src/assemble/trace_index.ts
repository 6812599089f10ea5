import { ownText } from "../model/own_text.ts";
import { isErrorSpan, type Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { traceKey } from "../model/trace_key.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { LineTable } from "./_line_table.ts";
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
      entry.spanCount++;
      from = to;
      if (!isErrorSpan(span)) continue;
      entry.errorCount++;
      this.#errorCount++;
    }
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
const LINE_FEED = 0x0a;

class IndexedTrace implements TraceEntry {
  readonly sequence: number;
  readonly traceId: string;
  readonly runningCount = 0;
  spanCount = 0;
  errorCount = 0;
  /** The line that was added last; -1 for none. */
  lastLine = -1;
  /** What `spanCount` was when its tree was built. */
  builtSpanCount = 0;

  constructor(sequence: number, traceId: string) {
    this.sequence = sequence;
    this.traceId = traceId;
  }
}
