import type { TraceList } from "../assemble/trace_list.ts";

/**
 * Where the spans come from, and whether more will come: `loading` while what is there already is
 * being read, `live`, `ended` when the session is over, `end_of_file`, `failed`.
 */
export type Connection = "loading" | "live" | "ended" | "end_of_file" | "failed";

/** What a view is told of its source. */
export type FeedEvent =
  /** Something in the list of traces did. */
  | { readonly type: "changed" }
  /** `text` says more: why it failed, for example. */
  | { readonly type: "connection"; readonly connection: Connection; readonly text?: string }
  /** Something the user should know, such as damage that was skipped. */
  | { readonly type: "notice"; readonly text: string }
  /** Spans that came too fast for this viewer. */
  | { readonly type: "skipped"; readonly spanCount: number };

/** The traces of a source, and what happens to it: what every view stands on. */
export interface TraceFeed extends Disposable {
  /** For people: a session, a file, a socket. */
  readonly title: string;
  /** Whether it is stored, and can be shown as it was at any of its moments. */
  readonly isRecording: boolean;
  /** What it is before the first event. */
  readonly connection: Connection;
  /** Filled by whoever reads the events. */
  readonly traces: TraceList;
  /** How much has been read, from 0 to 1; `undefined` where that is not known. */
  readonly progress: number | undefined;
  /**
   * Lets the traces stay as they are, or follow the source again: what came meanwhile has waited, up to a bound.
   * Beyond it nothing is read, and a session tells what was `skipped`. Absent where nothing comes by itself.
   */
  pause?(isPaused: boolean): void;
  /** Spans that wait while the feed is paused. */
  readonly waitingSpanCount?: number;
  /**
   * Reads the source and tells of it, in turns of a few milliseconds between which others have theirs. The last
   * event is a connection, `ended`, `end_of_file` or `failed`, unless the signal is aborted. Nothing is
   * thrown, and nothing is read while nobody asks for the next event.
   */
  events(signal: AbortSignal): AsyncGenerator<FeedEvent>;
}
