import { linkToStarted } from "../assemble/adopt_traces.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import type { SpanLink } from "../model/span.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";

/** As many as a span of an OpenTelemetry SDK keeps. */
const MAX_LINKS = 128;

/**
 * Remembers the first traces that come, by their root spans, to make links to them. A trace whose root does not
 * come is known by the first span of it that did.
 */
export class TraceLinks {
  readonly #ownTraceId: string;
  readonly #byTrace = new Map<string, { spanId: string; isRoot: boolean }>();
  /** The ids, with a quote behind, of traces that need no looking at any more: at most one more than links. */
  readonly #settled: Uint8Array[] = [];

  /** @param ownTraceId The trace that is not linked to. */
  constructor(ownTraceId: string) {
    this.#ownTraceId = ownTraceId;
  }

  /** To the traces in the order in which they came, at most 128. */
  get links(): readonly SpanLink[] {
    return Array.from(this.#byTrace, ([traceId, { spanId }]) => linkToStarted({ traceId, spanId }));
  }

  /** Looks at a batch: a stage's `SpanConsumer`. Once there are enough links it costs nothing. */
  consume = ({ lines }: SpanBatch): void => {
    for (let from = 0; from < lines.length && this.#byTrace.size < MAX_LINKS;) {
      const end = lines.indexOf(LINE_END, from) + 1 || lines.length;
      if (!this.#isOfSettledTrace(lines, from)) this.#look(lines.subarray(from, end));
      from = end;
    }
  };

  /** Found in the bytes: few lines have to be decoded. */
  #isOfSettledTrace(lines: Uint8Array, from: number): boolean {
    const idFrom = lines.indexOf(QUOTE, from + ID_OFFSET) + TRACE_ID_OFFSET;
    for (const id of this.#settled) {
      let at = 0;
      while (at < id.length && lines[idFrom + at] === id[at]) at++;
      if (at === id.length) return true;
    }
    return false;
  }

  #look(line: Uint8Array): void {
    const { traceId, spanId, parentId } = decodeSpanLine(UTF8.decode(line));
    if (traceId !== this.#ownTraceId) {
      const known = this.#byTrace.get(traceId);
      const isRoot = parentId === undefined;
      if (known === undefined) this.#byTrace.set(traceId, { spanId, isRoot });
      else if (isRoot && !known.isRoot) Object.assign(known, { spanId, isRoot });
      if (!isRoot && known?.isRoot !== true) return;
    }
    this.#settled.push(ENCODER.encode(JSON.stringify(traceId).slice(1)));
  }
}

const LINE_END = 0x0a;
const QUOTE = 0x22;
const ID_OFFSET = '{"id":"'.length;
const TRACE_ID_OFFSET = '","trace_id":"'.length;
const UTF8 = new TextDecoder();
const ENCODER = new TextEncoder();
