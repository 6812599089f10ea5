import { Buffer } from "node:buffer";
import type { SpanBatch } from "../model/span_batch.ts";
import { transcodeJaegerJson } from "../wire/jaeger/transcode_jaeger_json.ts";
import { transcodeOtlpJson } from "../wire/otlp/transcode_otlp_json.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { OWN_PREFIX, restoreOwnAttributes } from "../wire/own_attributes.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import { transcodeZipkinJson } from "../wire/zipkin/transcode_zipkin_json.ts";
import { ChromeReader } from "./_chrome_reader.ts";
import { type ForeignReader, ForeignReport } from "./_foreign_reader.ts";
import { type ListFormat, ListReader } from "./_list_reader.ts";
import type { ForeignFormat } from "./sniff_format.ts";
import { OtlpProtobufReader } from "./_otlp_protobuf_reader.ts";
import { SsfReader } from "./_ssf_reader.ts";

export type { ForeignReport };

/** The spans of a file of another program's format, to be read once, and the report about them. */
export interface ForeignSpans extends AsyncIterable<SpanBatch> {
  /** Grows while the spans are read. */
  readonly report: Readonly<ForeignReport>;
}

/**
 * Reads the spans of a file of another program's format. What cannot be read is skipped and counted;
 * nothing is thrown but the source's own errors. What this program exported becomes what it was, as far
 * as the format holds it. An entry of more than 256 MiB ends the reading.
 *
 * @param source The bytes, unpacked, in pieces of any size.
 * @param sourceDamage Asked at the end of the source for what went wrong with it.
 * @returns Batches of span lines, each valid until the next is asked for.
 */
export function readForeignSpans(
  source: AsyncIterable<Uint8Array>,
  format: ForeignFormat,
  sourceDamage: () => string | undefined = () => undefined,
): ForeignSpans {
  const report = new ForeignReport();
  async function* readBatches(): AsyncGenerator<SpanBatch> {
    const sink = new BatchSink();
    const reader = createReader(format, sink, report);
    let length = 0;
    for await (const bytes of source) {
      length += bytes.length;
      try {
        reader.push(bytes);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        report.damaged(error.message, error.offset);
        break;
      }
      if (sink.length >= BATCH_BYTES) yield restoreOwn(sink.take());
    }
    reader.finish();
    const damage = sourceDamage();
    if (damage !== undefined) report.damaged(damage, length);
    if (sink.length > 0) yield restoreOwn(sink.take());
  }
  return { report, [Symbol.asyncIterator]: readBatches };
}

const BATCH_BYTES = 64 * 1024;

const ZIPKIN: ListFormat = {
  // A text that is a list; no field of an object has that name.
  field: "",
  transcode: transcodeZipkinJson,
};
const JAEGER: ListFormat = {
  field: "data",
  wrapper: "data",
  spansField: "spans",
  transcode: transcodeJaegerJson,
};
const ONE_A_LINE = { isLineWise: true, areObjectsItems: true } as const;

const LISTS: Readonly<Record<string, ListFormat>> = {
  "otlp-json": {
    field: "resourceSpans",
    wrapper: "resourceSpans",
    spansField: "spans",
    transcode: transcodeOtlpJson,
    isLineWise: true,
  },
  "zipkin-json": ZIPKIN,
  "zipkin-json-lines": { ...ZIPKIN, ...ONE_A_LINE },
  "jaeger-json": JAEGER,
  "jaeger-json-lines": { ...JAEGER, ...ONE_A_LINE },
};

function createReader(
  format: ForeignFormat,
  sink: SpanLineSink,
  report: ForeignReport,
): ForeignReader {
  if (format === "ssf-frames") return new SsfReader(sink, report);
  if (format === "chrome-json") return new ChromeReader(sink, report);
  if (format === "chrome-json-lines") return new ChromeReader(sink, report, ONE_A_LINE);
  const list = LISTS[format];
  if (list !== undefined) return new ListReader(list, sink, report);
  return new OtlpProtobufReader(format === "otlp-protobuf-frames", sink, report);
}

/** Makes spans that this program exported what they were before; others cost no more than a look. */
function restoreOwn(batch: SpanBatch): SpanBatch {
  const { buffer, byteOffset, length } = batch.lines;
  if (!Buffer.from(buffer, byteOffset, length).includes(`"${OWN_PREFIX}`)) return batch;
  const spans = decodeSpanBatch(batch.lines).map(restoreOwnAttributes);
  const lines = UTF8.encode(spans.map((span) => encodeSpanLine(span)).join(""));
  const unfinishedCount = spans.filter(({ state }) => state === "unfinished").length;
  return { lines, spanCount: spans.length, unfinishedCount };
}

const UTF8 = new TextEncoder();

/** Collects lines until they are taken. */
class BatchSink implements SpanLineSink {
  bytes = new Uint8Array(4 * BATCH_BYTES);
  length = 0;
  #spanCount = 0;
  #unfinishedCount = 0;

  reserve(length: number): number {
    const needed = this.length + length;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    return this.length;
  }

  commit(to: number, isUnfinished = false): void {
    this.length = to;
    this.#spanCount++;
    if (isUnfinished) this.#unfinishedCount++;
  }

  take(): SpanBatch {
    const batch = {
      lines: this.bytes.subarray(0, this.length),
      spanCount: this.#spanCount,
      unfinishedCount: this.#unfinishedCount,
    };
    this.length = this.#spanCount = this.#unfinishedCount = 0;
    return batch;
  }
}
