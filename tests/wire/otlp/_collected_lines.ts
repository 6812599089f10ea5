import type { SpanLineSink } from "../../../src/wire/span_line/span_line_sink.ts";

/** Keeps the lines that were committed to it. */
export class CollectedLines implements SpanLineSink {
  bytes: Uint8Array = new Uint8Array(16);
  readonly lines: string[] = [];
  unfinishedCount = 0;

  /** Hands out bytes that are never at the beginning, and hold nothing of the line before. */
  reserve(length: number): number {
    this.bytes = new Uint8Array(length + OFFSET).fill(0xff);
    return OFFSET;
  }

  commit(to: number, isUnfinished = false): void {
    this.lines.push(UTF8.decode(this.bytes.subarray(OFFSET, to)));
    if (isUnfinished) this.unfinishedCount++;
  }
}

const OFFSET = 3;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
