import type {
  ApiCompletion,
  ApiInfo,
  ApiMissed,
  ApiRows,
  ApiScatter,
  ApiTraceChange,
  ApiTraces,
} from "../api.ts";

/** Which traces are asked for. */
export interface TraceQuery {
  /** A query; empty for all. */
  readonly where: string;
  /** A moment of the recording, in nanoseconds since the epoch; absent for its end. */
  readonly at?: string;
  /** Only traces that start at this moment or later, in nanoseconds since the epoch. */
  readonly after?: string;
  /** Only traces that start earlier. */
  readonly before?: string;
}

/** Rows of the list. */
export interface TraceRowsQuery extends TraceQuery {
  /** Empty for the server's default. */
  readonly sort: string;
  /** The place of the first row. */
  readonly from: number;
  readonly limit: number;
}

/** What a live stream tells. */
export interface StreamListener {
  /** Something changed. */
  info(info: ApiInfo): void;
  /** One of the traces that are watched changed. */
  trace(change: ApiTraceChange): void;
  /** Something was left out, because this page or the server was too slow, or the page was away. */
  missed(missed: ApiMissed): void;
  /** Whether the stream stands; `false` while it is being connected again. */
  connected(isConnected: boolean): void;
  /** Nobody looks at the page: nothing is told until somebody does. */
  suspended(): void;
}

/** Ends a stream. */
export type StopStream = () => void;

/**
 * Where the page has its data from: a server, or the page itself where it was exported to a file.
 * All of them reject with {@linkcode ApiError}.
 */
export interface PageApi {
  info(signal?: AbortSignal): Promise<ApiInfo>;
  traces(query: TraceRowsQuery, signal?: AbortSignal): Promise<ApiTraces>;
  scatter(
    query: TraceQuery & { readonly width: number; readonly height: number },
    signal?: AbortSignal,
  ): Promise<ApiScatter>;
  /** The spans of a trace as lines of a recording, while they arrive. */
  traceLines(
    traceId: string,
    at?: string,
    signal?: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  stats(query: TraceQuery, signal?: AbortSignal): Promise<ApiRows>;
  services(query: TraceQuery, signal?: AbortSignal): Promise<ApiRows>;
  /** @param a The id of a trace. @param b The id of another. */
  diff(a: string, b: string, signal?: AbortSignal): Promise<ApiRows>;
  /** @param cursor Where the cursor is, in UTF-16 units. */
  complete(query: string, cursor: number, signal?: AbortSignal): Promise<readonly ApiCompletion[]>;
  /** @param watch Ids of traces whose changes are told. */
  stream(watch: readonly string[], listener: StreamListener): StopStream;
}

/** What went wrong, in words for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** `query`: the query cannot be read; `missing`: there is no such thing; `away`: nobody answers. */
  readonly reason: "query" | "missing" | "away" | "failed";
  /** Where in the query, in characters, the first being 1. */
  readonly column: number | undefined;

  constructor(message: string, reason: ApiError["reason"], column?: number) {
    super(message);
    this.reason = reason;
    this.column = column;
  }
}
