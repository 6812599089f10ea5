import type { Span } from "../src/model/span.ts";
import { RecordingWriter } from "../src/recording/recording_writer.ts";
import { encodeSpanLine } from "../src/wire/span_line/encode_span_line.ts";

/** Writes spans to a recording, some hundred at a time. */
export async function recordSpans(path: string, spans: Iterable<Span>): Promise<void> {
  const writer = await RecordingWriter.open(path);
  const encoder = new TextEncoder();
  let lines = "";
  let lineCount = 0;
  async function write(): Promise<void> {
    writer.write({ lines: encoder.encode(lines), spanCount: lineCount });
    lines = "";
    lineCount = 0;
    await writer.ready;
  }
  for (const span of spans) {
    lines += encodeSpanLine(span);
    if (++lineCount === LINES_A_WRITE) await write();
  }
  await write();
  await writer.close();
}

const LINES_A_WRITE = 500;
