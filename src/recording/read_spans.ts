import { EventAssembler } from "../assemble/event_assembler.ts";
import { changeSpan } from "../model/change_span.ts";
import type { Span } from "../model/span.ts";
import { decodeForeignLines, decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import type { OpenedRecording } from "./open_recording.ts";
import type { RecordingReport } from "./recording_report.ts";
import type { ForeignFormat } from "./sniff_format.ts";

/** What {@linkcode readSpans} tells of a file. */
export type FileMessage =
  | {
    readonly type: "spans";
    readonly spans: readonly Span[];
    /** About the size of their lines: what they take in memory. */
    readonly byteLength: number;
    /** The lines, if this program wrote them and a checkpoint vouches for them; valid until the next message. */
    readonly lines?: Uint8Array;
  }
  /** Something the user should know: damage, lines that are no spans. */
  | { readonly type: "notice"; readonly text: string };

/**
 * Reads the spans of a trace file of any known format, some at a time.
 *
 * @param signal Ends the reading.
 * @throws {Error} When the source cannot be read.
 */
export async function* readSpans(
  opened: OpenedRecording,
  signal: AbortSignal,
): AsyncGenerator<FileMessage> {
  switch (opened.format) {
    case undefined:
    case "recording":
    case "span-lines":
      yield* readSections(opened, signal);
      break;
    case "event-lines":
      yield* readEvents(opened, signal);
      break;
    default:
      yield* readForeign(opened, opened.format, signal);
  }
}

async function* readSections(
  opened: OpenedRecording,
  signal: AbortSignal,
): AsyncGenerator<FileMessage> {
  const recording = opened.read();
  for await (const section of recording) {
    if (signal.aborted) return;
    const { lines, isProven } = section;
    // A section may be large, and whoever does something at its time cannot wait until all is decoded.
    for (let from = 0; from < lines.length;) {
      const lineEnd = lines.indexOf(LINE_FEED, from + PIECE_BYTES);
      const to = lineEnd < 0 ? lines.length : lineEnd + 1;
      const piece = lines.subarray(from, to);
      if (isProven) yield new ProvenSpans(piece);
      else yield { type: "spans", spans: decodeForeignLines(piece), byteLength: to - from };
      from = to;
      if (signal.aborted) return;
    }
  }
  for (const text of describeReport(opened.name, recording.report)) yield { type: "notice", text };
}

/** What users should know of a recording that has been read. */
export function describeReport(name: string, report: Readonly<RecordingReport>): string[] {
  const { damaged, damagedLines, lostByWriter } = report;
  const notices: string[] = [];
  if (damagedLines > 0) {
    const [first] = damaged;
    notices.push(
      damagedLines === 1
        ? `${name} is damaged: one line was skipped, at byte ${first.offset} (${first.reason})`
        : `${name} is damaged: ${damagedLines} lines were skipped, the first at byte ` +
          `${first.offset} (${first.reason})`,
    );
  }
  if (lostByWriter > 0) {
    notices.push(`${lostByWriter} spans could not be written when ${name} was recorded`);
  }
  return notices;
}

/** Spans that are decoded when they are asked for: some only need their lines. */
class ProvenSpans {
  readonly type = "spans";
  readonly lines: Uint8Array;
  #spans: readonly Span[] | undefined;

  constructor(lines: Uint8Array) {
    this.lines = lines;
  }

  get byteLength(): number {
    return this.lines.length;
  }

  get spans(): readonly Span[] {
    return this.#spans ??= decodeSpanBatch(this.lines);
  }
}

async function* readForeign(
  opened: OpenedRecording,
  format: ForeignFormat,
  signal: AbortSignal,
): AsyncGenerator<FileMessage> {
  const { readForeignSpans } = await import("./foreign_spans.ts");
  const foreign = readForeignSpans(opened.bytes, format, opened.sourceDamage);
  for await (const batch of foreign) {
    if (signal.aborted) return;
    const spans = decodeSpanBatch(batch.lines);
    // Whoever wrote the file has stopped: nothing in it runs any more.
    yield {
      type: "spans",
      spans: spans.map(abandonSpan),
      byteLength: batch.lines.length,
    };
  }
  const { rejected, firstProblem, damageCount, firstDamage } = foreign.report;
  const reasons = Object.entries(rejected).map(([reason, count]) => `${reason} ${count}`);
  if (reasons.length > 0) {
    const text = `spans of ${opened.name} were skipped: ${
      reasons.join(", ")
    }; the first: ${firstProblem}`;
    yield { type: "notice", text };
  }
  if (damageCount > 0) {
    const places = damageCount === 1 ? "one place" : `${damageCount} places, the first`;
    const text = `${opened.name} is damaged in ${places} at byte ${firstDamage?.offset}, ` +
      `which could not be read: ${firstDamage?.reason}`;
    yield { type: "notice", text };
  }
}

function abandonSpan(span: Span): Span {
  return span.state === "running" ? changeSpan(span, { state: "unfinished" }) : span;
}

async function* readEvents(
  opened: OpenedRecording,
  signal: AbortSignal,
): AsyncGenerator<FileMessage> {
  let spans: Span[] = [];
  let byteLength = 0;
  const assembler = new EventAssembler({
    onSpans: (batch) => {
      byteLength += batch.lines.length;
      for (const span of decodeSpanBatch(batch.lines)) spans.push(span);
    },
  });
  let rest = new Uint8Array();
  for await (const chunk of opened.bytes) {
    if (signal.aborted) return;
    // One byte more than the lines: the assembler needs it while it scans.
    const buffer = new Uint8Array(rest.length + chunk.length + 1);
    buffer.set(rest);
    buffer.set(chunk, rest.length);
    const to = buffer.length - 1;
    const from = assembler.ingest(buffer, 0, to, 0);
    rest = buffer.slice(from, to);
    if (rest.length > MAX_LINE_BYTES) {
      throw new Error(
        `Cannot read "${opened.name}": a line has more than ${MAX_LINE_BYTES} bytes`,
      );
    }
    assembler.flush();
    yield { type: "spans", spans, byteLength };
    spans = [];
    byteLength = 0;
  }
  if (rest.length > 0) assembler.ingestLine(rest, 0, rest.length, 0);
  assembler.abandon();
  yield { type: "spans", spans, byteLength };
  const rejected = Object.entries(assembler.counters.rejected);
  if (rejected.length > 0) {
    const reasons = rejected.map(([reason, count]) => `${reason} ${count}`).join(", ");
    yield { type: "notice", text: `lines of ${opened.name} were skipped: ${reasons}` };
  }
}

const MAX_LINE_BYTES = 16 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;
