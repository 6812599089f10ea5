/**
 * Records what programs send, and replays recordings, and whatever else `trace view` opens, to any receiver:
 * as fast as it happened, faster, slower, or as a load.
 *
 * @module
 */
export { type FileMessage, readSpans } from "../recording/read_spans.ts";
export {
  type OpenedRecording,
  openRecording,
  type OpenRecordingOptions,
} from "../recording/open_recording.ts";
export { record, type Recorder, type RecordOptions, type RecordSummary } from "./record.ts";
export { replayFile } from "./replay_file.ts";
export type {
  ReadReplayInput,
  ReplayInput,
  ReplayMoment,
  ReplayOptions,
} from "./replay_options.ts";
export { replaySpans } from "./replay_spans.ts";
export type { ReplayProgress, ReplaySummary } from "./replay_summary.ts";
