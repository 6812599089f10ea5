/**
 * What the server answers and the page reads: the shapes of JSON, in one place for both. docs/views.md has the
 * table of paths and parameters. Ids are strings as their programs sent them; nanoseconds are strings of digits,
 * because numbers of JSON would lose some; moments are written as recordings write them.
 */

/**
 * Where the spans come from, and whether more will come: `loading` while what is there already is being read,
 * `live`, `ended` when the session is over, `end_of_file`, `failed`.
 */
export type ApiConnection = "loading" | "live" | "ended" | "end_of_file" | "failed";

/** `/api/info`, and the event `info` of the stream. */
export interface ApiInfo {
  /** Of trace. */
  readonly version: string;
  /** What is shown: a session, a file, a socket. */
  readonly title: string;
  readonly connection: ApiConnection;
  /** Why it failed. */
  readonly problem?: string;
  /** Whether it is a recording, which can be played. */
  readonly is_recording: boolean;
  /** Changes whenever anything in the list of traces does: rows that were asked for may be old then. */
  readonly list_version: number;
  readonly traces: number;
  readonly spans: number;
  readonly running: number;
  readonly errors: number;
  /** How much of a file has been read, from 0 to 1; absent where that is not known. */
  readonly progress?: number;
  /** Spans that went by too fast for this viewer. */
  readonly skipped: number;
  /** Spans given up to keep a bound on memory, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What the user should know, such as damage that was skipped. */
  readonly notices: readonly string[];
  /** The first and the last moment of all spans; `null` while there are none. */
  readonly start_time: string | null;
  readonly end_time: string | null;
  /** When this was written, by the server's clock: what running spans are measured against. */
  readonly now: string;
  /** Pages that are connected, and those that were turned away because too many were. */
  readonly viewers: number;
  readonly refused_viewers: number;
}

/** A row of the list of traces. */
export interface ApiTraceRow {
  /** Counts up with each trace and is never used again. */
  readonly sequence: number;
  readonly trace_id: string;
  readonly name: string;
  /** As recordings write it; a number is written as one. */
  readonly kind: string | number;
  readonly service: string | null;
  readonly start_time: string;
  readonly duration_ns: string;
  readonly spans: number;
  readonly running: number;
  readonly unfinished: number;
  readonly errors: number;
  /** The list's version when the trace last changed. */
  readonly version: number;
}

/** `/api/traces`. */
export interface ApiTraces {
  /** What `list_version` was when the rows were read. */
  readonly list_version: number;
  /** Traces that the query finds, so far. */
  readonly total: number;
  /** Traces that the query has not been asked about yet: ask again. */
  readonly waiting: number;
  /** The place of the first row. */
  readonly from: number;
  readonly rows: readonly ApiTraceRow[];
}

/** A trace, or several that lie too close to be told apart, in the scatter. */
export interface ApiPoint {
  /** The one to open: of several one that failed, of those the slowest. So are the name and the times. */
  readonly trace_id: string;
  readonly name: string;
  readonly service: string | null;
  readonly start_time: string;
  readonly duration_ns: string;
  /** How many traces the point stands for. */
  readonly traces: number;
  /** How many of them have errors. */
  readonly errors: number;
}

/** `/api/scatter`. */
export interface ApiScatter {
  readonly list_version: number;
  readonly total: number;
  readonly waiting: number;
  /** The earliest and the latest start; `null` when there are no traces. */
  readonly start_time: string | null;
  readonly end_time: string | null;
  readonly min_duration_ns: string | null;
  readonly max_duration_ns: string | null;
  readonly points: readonly ApiPoint[];
}

/**
 * `/api/stats`, `/api/services` and `/api/diff`: the rows that `trace stats --json`,
 * `trace stats --table graph --json` and `trace diff --json` print.
 */
export interface ApiRows<Row = Readonly<Record<string, unknown>>> {
  /** What `list_version` was when the figures were made. */
  readonly list_version: number;
  readonly rows: readonly Row[];
}

/** `/api/complete`. */
export interface ApiCompletions {
  readonly completions: readonly ApiCompletion[];
}

/** Something that may stand where the cursor is, as `completeQuery` gives it. */
export interface ApiCompletion {
  readonly text: string;
  /** Where what it replaces begins and ends, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly type: "field" | "attribute" | "value" | "operator" | "aggregate";
}

/** The body of every answer under `/api` whose status is 400 or more. */
export interface ApiProblem {
  /** For people. */
  readonly message: string;
  /** Such as `not_found`, `bad_query`, `foreign_origin`. */
  readonly reason: string;
  /** Of a bad query: where in it, in characters, the first being 1, and what could stand there. */
  readonly column?: number;
  readonly expected?: string;
}

/** The event `trace` of the stream: a trace that is watched has changed. */
export interface ApiTraceChange {
  readonly trace_id: string;
  /** Whether it was given up to keep a bound on memory. */
  readonly is_gone: boolean;
  readonly version: number;
  readonly spans: number;
  readonly running: number;
  readonly errors: number;
}

/** The event `missed` of the stream: what this page was not told, because it did not read or was away. */
export interface ApiMissed {
  /** Spans that went by too fast for the server itself since the last event. */
  readonly spans: number;
  /** Changes that were not told one by one; what they led to comes next. */
  readonly updates: number;
  /** How long nothing could be told, in milliseconds. */
  readonly ms: number;
}
