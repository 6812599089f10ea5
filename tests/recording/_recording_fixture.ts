import type { SpanBatch } from "../../src/model/span_batch.ts";
import { readRecording, type Recording } from "../../src/recording/recording_reader.ts";

/** A span line, with its line end, whose id is the number. */
export function spanLine(number: number, name = "GET /users"): string {
  const id = number.toString(16).padStart(16, "0");
  return `{"id":"${id}","trace_id":"0123456789abcdef","name":${JSON.stringify(name)},` +
    `"kind":"http","start_time":"2026-03-11T19:00:00.123456789+09:00",` +
    `"end_time":"2026-03-11T19:00:00.2+09:00","attrs":{"status":"200"}}\n`;
}

/** A batch of the spans with the numbers in [from, to). */
export function spanBatch(from: number, to: number): SpanBatch {
  let lines = "";
  for (let number = from; number < to; number++) lines += spanLine(number);
  return { lines: new TextEncoder().encode(lines), spanCount: to - from };
}

/** The lines a recording yields, without line ends, and its report. */
export async function readLines(
  source: Uint8Array | Recording,
  pieceBytes = 65536,
): Promise<{ lines: string[]; report: Recording["report"]; provenCount: number }> {
  const recording = source instanceof Uint8Array
    ? readRecording(pieces(source, pieceBytes))
    : source;
  const lines: string[] = [];
  let provenCount = 0;
  for await (const section of recording) {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(section.lines);
    const sectionLines = text.split("\n").slice(0, -1);
    if (sectionLines.length !== section.spanCount) throw new Error(`miscounted: ${text}`);
    lines.push(...sectionLines);
    if (section.isProven) provenCount += section.spanCount;
  }
  return { lines, report: recording.report, provenCount };
}

/** The bytes in pieces that share one buffer, as a file reader hands them out. */
export async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield await Promise.resolve(buffer.subarray(0, piece.length));
    buffer.fill(0x21);
  }
}

/** The numbers of the spans in lines. */
export function numbersOf(lines: readonly string[]): number[] {
  return lines.map((line) => parseInt(JSON.parse(line).id, 16));
}

/** A new folder that is removed with everything in it at the end of the scope. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "trace-recording-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
