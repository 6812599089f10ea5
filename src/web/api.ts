import type { QueryCompletion } from "../query/complete_query.ts";
import type { ServiceNodeType } from "../analysis/service_graph.ts";

/**
 * What stands behind a page: spans still come (`live`), the file is still being read (`loading`),
 * everything is there (`complete`), or the session that sent spans is over (`ended`).
 */
export type ApiSourceState = "live" | "loading" | "complete" | "ended";

/** Answer of `/api/info`, and the event `info` of `/api/stream`. */
export interface ApiInfo {
  /** What is shown: a file's name, or the session and its command. */
  readonly title: string;
  readonly state: ApiSourceState;
  /** Whether there is a recording, so that any moment of it can be shown. */
  readonly isRecording: boolean;
  /** Changes whenever anything in the list does. */
  readonly version: number;
  readonly traceCount: number;
  readonly spanCount: number;
  readonly runningCount: number;
  readonly errorCount: number;
  /** Spans given up to keep a bound, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Spans that the server did not see, because it was slower than the session. */
  readonly missedCount: number;
  /** Nanoseconds since the epoch: the first and the last moment known; absent without spans. */
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
}

/** A row of `/api/traces`. */
export interface ApiTraceRow {
  /** Counts up with each new trace and is never used again. */
  readonly sequence: number;
  readonly traceId: string;
  readonly name: string;
  /** As in a recording: a word, or an unknown number. */
  readonly kind: string | number;
  readonly service?: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly spanCount: number;
  readonly runningCount: number;
  readonly unfinishedCount: number;
  readonly errorCount: number;
}

/** Answer of `/api/traces?where=&sort=&from=&limit=&at=`. */
export interface ApiTraces {
  /** How many there are in all. */
  readonly count: number;
  /** The list's version that this is of. */
  readonly version: number;
  /** How many traces a query still has to look at; 0 when the answer is whole. */
  readonly pendingCount: number;
  /** The moment that running spans are measured against, in nanoseconds since the epoch. */
  readonly nowUnixNano: string;
  readonly from: number;
  readonly rows: readonly ApiTraceRow[];
}

/** Answer of `/api/scatter?where=&width=&height=&at=`. */
export interface ApiScatter {
  readonly count: number;
  /** The bounds of the axes. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly minDurationNano: string;
  readonly maxDurationNano: string;
  readonly points: readonly ApiScatterPoint[];
}

/** One trace, which may stand for others that would be drawn in the same place. */
export interface ApiScatterPoint {
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly isError: boolean;
  readonly isRunning: boolean;
  /** How many traces it stands for. */
  readonly count: number;
}

/** A row that `trace stats --json` prints; docs/stats.md names the fields. */
export interface ApiStatsRow {
  readonly table: string;
  readonly [field: string]: unknown;
}

/** Answer of `/api/services?where=&at=`. */
export interface ApiServices {
  readonly edges: readonly ApiServiceEdge[];
  /** Calls over edges that had no room. */
  readonly otherCallCount: number;
}

/** All calls of one by another. */
export interface ApiServiceEdge {
  readonly caller: ApiServiceNode;
  readonly callee: ApiServiceNode;
  readonly callCount: number;
  readonly errorCount: number;
  readonly p50Nano: number;
  readonly p95Nano: number;
  readonly p99Nano: number;
}

/** What stands at an end of a call. */
export interface ApiServiceNode {
  readonly type: ServiceNodeType;
  readonly name: string;
}

/** A line that `trace diff --json` prints. */
export interface ApiDiffRow {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Answer of `/api/complete?query=&at=`. */
export type ApiCompletion = QueryCompletion;

/** What an answer with a status of 400 or above has. */
export interface ApiProblem {
  readonly error: string;
  /** Where in the query, in characters, the first being 1; absent for other problems. */
  readonly column?: number;
}
