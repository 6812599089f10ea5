import { formatTimestamp } from "../model/time.ts";
import type { ApiInfo } from "./api.ts";
import type { TimeBounds } from "./time_bounds.ts";
import type { WebSource } from "./web_source.ts";

/** What {@linkcode describeSource} needs beside the source. */
export interface InfoContext {
  readonly version: string;
  readonly bounds: TimeBounds;
  readonly viewerCount: number;
  readonly refusedViewerCount: number;
}

/** What the page is told of the source as it is now, all but the moment. */
export function describeSource(source: WebSource, context: InfoContext): Omit<ApiInfo, "now"> {
  const { traces } = source;
  const { startTimeUnixNano: start, endTimeUnixNano: end } = context.bounds;
  return {
    version: context.version,
    title: source.title,
    connection: source.connection,
    problem: source.problem,
    is_recording: source.isRecording,
    list_version: traces.version,
    traces: traces.traceCount,
    spans: traces.spanCount,
    running: traces.runningCount,
    errors: traces.errorCount,
    progress: source.progress,
    skipped: source.skippedSpanCount,
    dropped: traces.droppedSpans,
    notices: source.notices,
    start_time: start === undefined ? null : formatTimestamp(start),
    end_time: end === undefined ? null : formatTimestamp(end),
    viewers: context.viewerCount,
    refused_viewers: context.refusedViewerCount,
  };
}

/** The same with the moment, as JSON. */
export function infoJson(info: Omit<ApiInfo, "now">, nowMs: number): string {
  const now = formatTimestamp(BigInt(Math.round(nowMs)) * 1_000_000n);
  return JSON.stringify({ ...info, now } satisfies ApiInfo);
}
