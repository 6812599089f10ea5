import { statSync } from "node:fs";
import type { TraceCensus } from "../assemble/trace_grouper.ts";
import { type OpenedRecording, openRecording } from "../recording/open_recording.ts";
import { readSpans } from "../recording/read_spans.ts";
import { decodeForeignLines } from "../wire/span_line/decode_span_batch.ts";
import { scanTraceIds } from "../wire/span_line/scan_trace_ids.ts";
import { CommandError } from "./command_error.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** A trace file of any known format, by its path or by its bytes. */
export interface FileSourceOptions {
  /** For people. */
  readonly name: string;
  readonly path?: string;
  readonly bytes?: AsyncIterable<Uint8Array>;
}

/** The spans of a file, or of standard input. */
export function fileSource(options: FileSourceOptions): SpanSource {
  return {
    title: options.name,
    path: options.path,
    isLive: options.path === undefined,
    read: (signal) => readFile(options, signal),
    // A pipe gives what is in it only once.
    countSpans: options.path !== undefined && isRegularFile(options.path)
      ? (census, signal) => countSpans(options, census, signal)
      : undefined,
  };
}

function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
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
  for await (const message of readSpans(opened, signal)) {
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
  yield* readSpans(opened, signal);
}
