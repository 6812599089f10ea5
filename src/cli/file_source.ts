import { EventAssembler } from "../assemble/event_assembler.ts";
import { changeSpan } from "../model/change_span.ts";
import type { TraceCensus } from "../assemble/trace_grouper.ts";
import type { Span } from "../model/span.ts";
import { type OpenedRecording, openRecording } from "../recording/open_recording.ts";
import type { ForeignFormat } from "../recording/sniff_format.ts";
import { decodeForeignLines, decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { scanTraceIds } from "../wire/span_line/scan_trace_ids.ts";
import { CommandError } from "./command_error.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** A trace file of any known format, by its path or by its bytes. */
export interface FileSourceOptions {
  /** For people. */
  readonly name: string;
  readonly path?: string;
  readonly bytes?: AsyncIterable<Uint8Array>;
  /** Whether the path is that of a file, which can be read as often as wanted. @default false */
  readonly isRereadable?: boolean;
}

/** The spans of a file, or of standard input. */
export function fileSource(options: FileSourceOptions): SpanSource {
  return {
    title: options.name,
    isLive: options.path === undefined,
    read: (signal) => readFile(options, signal),
    countSpans: options.isRereadable
      ? (census, signal) => countSpans(options, census, signal)
      : undefined,
  };
}

async function countSpans(
  options: FileSourceOptions,
  census: TraceCensus,
  signal: AbortSignal,
): Promise<void> {
  await using opened = await openFile(options);
  if (opened.format === "recording") {
    for await (const { lines, isProven } of opened.read()) {
      if (signal.aborted) return;
      if (isProven) scanTraceIds(lines, (traceId) => census.add(traceId));
      else for (const { traceId } of decodeForeignLines(lines)) census.add(traceId);
    }
    return;
  }
  for await (const message of readOpened(opened, signal)) {
    if (message.type === "spans") { for (const { traceId } of message.spans) census.add(traceId); }
  }
}

async function openFile({ name, path, bytes }: FileSourceOptions): Promise<OpenedRecording> {
  try {
    return await openRecording(path ?? bytes as AsyncIterable<Uint8Array>, { name });
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

async function* readFile(
  options: FileSourceOptions,
  signal: AbortSignal,
): AsyncGenerator<SourceMessage> {
  await using opened = await openFile(options);
  yield* readOpened(opened, signal);
}

async function* readOpened(
  opened: OpenedRecording,
  signal: AbortSignal,
): AsyncGenerator<SourceMessage> {
  switch (opened.format) {
    case undefined:
    case "recording":
    case "span-lines":
      yield* readSpans(opened, signal);
      break;
    case "event-lines":
      yield* readEvents(opened, signal);
      break;
    default:
      yield* readForeign(opened, opened.format, signal);
  }
}

async function* readSpans(
  opened: OpenedRecording,
  signal: AbortSignal,
): AsyncGenerator<SourceMessage> {
  const recording = opened.read();
  for await (const section of recording) {
    if (signal.aborted) return;
    const decode = section.isProven ? decodeSpanBatch : decodeForeignLines;
    yield { type: "spans", spans: decode(section.lines) };
  }
  const { damaged, damagedLines, lostByWriter } = recording.report;
  if (damagedLines > 0) {
    const [first] = damaged;
    yield {
      type: "notice",
      text: `${opened.name} is damaged: ${damagedLines} lines were skipped, the first at byte ` +
        `${first.offset} (${first.reason})`,
    };
  }
  if (lostByWriter > 0) {
    const text = `${lostByWriter} spans could not be written when ${opened.name} was recorded`;
    yield { type: "notice", text };
  }
}

async function* readForeign(
  opened: OpenedRecording,
  format: ForeignFormat,
  signal: AbortSignal,
): AsyncGenerator<SourceMessage> {
  const { readForeignSpans } = await import("../recording/foreign_spans.ts");
  const foreign = readForeignSpans(opened.bytes, format, opened.sourceDamage);
  for await (const batch of foreign) {
    if (signal.aborted) return;
    const spans = decodeSpanBatch(batch.lines);
    // Whoever wrote the file has stopped: nothing in it runs any more.
    yield { type: "spans", spans: spans.map(abandonSpan) };
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
): AsyncGenerator<SourceMessage> {
  let spans: Span[] = [];
  const assembler = new EventAssembler({
    onSpans: (batch) => {
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
      throw new CommandError(
        `Cannot read "${opened.name}": a line has more than ${MAX_LINE_BYTES} bytes`,
      );
    }
    assembler.flush();
    yield { type: "spans", spans };
    spans = [];
  }
  if (rest.length > 0) assembler.ingestLine(rest, 0, rest.length, 0);
  assembler.abandon();
  yield { type: "spans", spans };
  const rejected = Object.entries(assembler.counters.rejected);
  if (rejected.length > 0) {
    const reasons = rejected.map(([reason, count]) => `${reason} ${count}`).join(", ");
    yield { type: "notice", text: `lines of ${opened.name} were skipped: ${reasons}` };
  }
}

const MAX_LINE_BYTES = 16 * 1024 * 1024;
