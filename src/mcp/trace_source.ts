import type { TraceList } from "../assemble/trace_list.ts";

/** The traces of one source, as tools read them. */
export interface TraceSource {
  /** What to pass as `source` to mean this one. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Whether it is a session, which may have ended. */
  readonly isSession: boolean;
  /** Whether more may come. */
  readonly isLive: boolean;
  readonly traces: TraceList;
  /** What should be known of it: damage, what was missed; whole sentences, not escaped. */
  readonly notices: readonly string[];
  /**
   * Calls the listener with the ids of traces whenever spans of them have come.
   *
   * @returns What stops that.
   */
  watch(listener: (traceIds: ReadonlySet<string>) => void): () => void;
}

/** A source that could be opened. */
export interface ListedSource {
  /** What to pass as `source`. */
  readonly name: string;
  readonly type: "session" | "file" | "url";
  /** What runs, or which format a file has. */
  readonly title: string;
  /** When a session was started or a file last changed, RFC 3339. */
  readonly time?: string;
  readonly byteCount?: number;
  /** Set once it has been opened. */
  readonly traces?: TraceList;
  /** Whether it is meant when a tool is called without a source. */
  readonly isDefault: boolean;
}

/** Where sources come from. */
export interface SourceCatalog {
  /**
   * Opens a source, or gives the one that is open; reads a file again that has changed.
   *
   * @param name A session's process id or socket, a file, a URL; without one the default is meant.
   * @throws {NoSessionError} When none is named and none is running.
   * @throws {Error} When there is no such source; the message says what to do.
   */
  open(name: string | undefined, signal: AbortSignal): Promise<TraceSource>;
  /** Running sessions, what was named at the start, what is open, and the trace files of a folder. */
  list(folder: string): Promise<ListedSource[]>;
}

/** No session is running, and no other source was named. */
export class NoSessionError extends Error {
  override readonly name = "NoSessionError";

  constructor() {
    super(
      "No session is running. Start one with: trace run -- COMMAND, or: trace collect; " +
        "or pass the path of a trace file as source (list_sources shows those of a folder)",
    );
  }
}
