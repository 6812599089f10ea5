import type { TraceCensus } from "../assemble/trace_grouper.ts";
import type { Span } from "../model/span.ts";

/** What a source of spans tells. */
export type SourceMessage =
  | {
    readonly type: "spans";
    readonly spans: readonly Span[];
    /** What they take in memory, about, where the source knows. */
    readonly byteLength?: number;
    /** Their lines, if this program wrote them; valid until the next message. */
    readonly lines?: Uint8Array;
  }
  /** All that had happened before has been told. */
  | { readonly type: "live" }
  /** This reader was too slow and missed spans. */
  | { readonly type: "skipped"; readonly spanCount: number }
  /** Something the user should know: damage, lines that are no spans. */
  | { readonly type: "notice"; readonly text: string };

/** Where spans come from: a session, a file, standard input. */
export interface SpanSource {
  /** For people. */
  readonly title: string;
  /** Whether more may come after what is there now. */
  readonly isLive: boolean;
  /** The file that it is, where it is one and nothing else. */
  readonly path?: string;
  /** Where programs send events of a session. */
  readonly socket?: string;
  /**
   * Reads the spans; ends when the source does, or when the signal is aborted.
   *
   * @throws {Error} When the source cannot be read.
   */
  read(signal: AbortSignal): AsyncGenerator<SourceMessage>;
  /**
   * Adds the spans of each trace to a census; absent when the source can be read only once.
   *
   * @throws {Error} When the source cannot be read.
   */
  countSpans?(census: TraceCensus, signal: AbortSignal): Promise<void>;
}
