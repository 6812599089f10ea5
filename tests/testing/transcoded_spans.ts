import { LineBuffer } from "../../src/assemble/line_buffer.ts";
import type { Span } from "../../src/model/span.ts";
import { decodeForeignLines } from "../../src/wire/span_line/decode_span_batch.ts";
import type { SpanLineSink } from "../../src/wire/span_line/span_line_sink.ts";
import type { TranscodeResult } from "../../src/wire/span_line/transcode_result.ts";

/** The spans that a decoder writes for a message, read back, and its account of them. */
export function transcodedSpans(
  transcode: (body: Uint8Array, sink: SpanLineSink) => TranscodeResult,
  message: Uint8Array | object | string,
): { readonly spans: Span[]; readonly result: TranscodeResult } {
  const spans: Span[] = [];
  const sink = new LineBuffer((batch) => spans.push(...decodeForeignLines(batch.lines)));
  const text = typeof message === "string" ? message : JSON.stringify(message);
  const body = message instanceof Uint8Array ? message : new TextEncoder().encode(text);
  try {
    return { spans, result: transcode(body, sink) };
  } finally {
    sink.flush();
  }
}
