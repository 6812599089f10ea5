import { openRecording } from "../recording/open_recording.ts";
import { type FileMessage, readSpans } from "../recording/read_spans.ts";
import type { ReplayOptions } from "./replay_options.ts";
import { replaySpans } from "./replay_spans.ts";
import type { ReplaySummary } from "./replay_summary.ts";

/**
 * Sends the spans of a trace file again; see {@linkcode replaySpans}. The file may be a recording, or of any
 * other format that `trace view` opens.
 *
 * @throws {TypeError} When `to` is no URL of a receiver.
 * @throws {Error} When the file cannot be read.
 * @example
 * ```ts
 * import { record, replayFile } from "./mod.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const line = '{"id":"1","trace_id":"1","name":"a","kind":0,"start_time":"1970-01-01T00:00:00Z"}\n';
 * await Deno.writeTextFile(`${folder}/old.jsonl`, line);
 * const recorder = await record(`${folder}/new.jsonl`, { socket: `${folder}/events.sock` });
 * const { sentSpanCount } = await replayFile(`${folder}/old.jsonl`, {
 *   to: `unix://${folder}/events.sock`,
 *   speed: "max",
 * });
 * const { recorded } = await recorder.close();
 * if (sentSpanCount !== 1 || recorded !== 1) throw new Error("lost");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function replayFile(path: string, options: ReplayOptions): Promise<ReplaySummary> {
  return replaySpans((signal) => readFile(path, signal), { readsAhead: true, ...options });
}

async function* readFile(path: string, signal: AbortSignal): AsyncGenerator<FileMessage> {
  const opened = await openRecording(path);
  try {
    yield* readSpans(opened, signal);
  } finally {
    await opened[Symbol.asyncDispose]();
  }
}
