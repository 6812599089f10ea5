import type { Span } from "../model/span.ts";
import type { Target } from "../transport/target.ts";
import type { Transport } from "../transport/transport.ts";
import type { ReplayClock } from "./replay_clock.ts";
import type { ReplayProgress } from "./replay_summary.ts";

/** A moment in a recording: absolute, or counted from the first start in it. */
export type ReplayMoment = { readonly unixNano: bigint } | { readonly sinceFirstNano: bigint };

/** What a replay reads. Messages of other types are passed over. */
export type ReplayInput =
  | {
    readonly type: "spans";
    readonly spans: readonly Span[];
    /** What they take in memory, about. @default 512 bytes a span */
    readonly byteLength?: number;
    /** Their lines, if this program wrote them; valid until the next is asked for. */
    readonly lines?: Uint8Array;
  }
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "live" | "skipped" };

/** Reads the spans that are to be replayed from their beginning; called for each pass. */
export type ReadReplayInput = (signal: AbortSignal) => AsyncIterable<ReplayInput>;

/** Options of `replaySpans`. */
export interface ReplayOptions {
  /** The receiver: one of the URLs of `parseTarget`, such as `unix:///run/trace.sock` or `http://localhost:4318`. */
  readonly to: string | Target;
  /** What to call the receiver in messages. @default its URL */
  readonly name?: string;
  /** Times as fast as recorded, or `max` for as fast as the target takes it. @default 1 */
  readonly speed?: number | "max";
  /** Leaves out spans that start before this. */
  readonly from?: ReplayMoment;
  /** Leaves out spans that start at this or later. */
  readonly until?: ReplayMoment;
  /** Which spans are sent. @default all */
  readonly select?: (span: Span) => boolean;
  /** How often everything is sent; `Infinity` for until the signal. @default 1 */
  readonly loop?: number;
  /**
   * Moves all times so that the first start is now. Each further pass begins where the one before it
   * ended, or now, whichever is later. @default false
   */
  readonly shiftNow?: boolean;
  /** Gives spans new ids, other ones for each pass. @default false */
  readonly newIds?: boolean;
  /** How many of each span are sent at once, all but the first with new ids. @default 1 */
  readonly copies?: number;
  /** Most spans in a second. @default unlimited */
  readonly maxRate?: number;
  /** Connections at once. All events of a trace go over one. @default 1 */
  readonly concurrency?: number;
  /** Bytes of span lines that are held back to put starts in the order of time. @default 32 MiB */
  readonly windowBytes?: number;
  /**
   * Whether an input that is larger than the window is read once more before each pass that has a pace, so
   * that spans that lasted longer than the window holds start in time, too. @default false
   */
  readonly readsAhead?: boolean;
  /** How long the target may not be reached, read or answer before the replay is given up, in ms. @default 10,000 */
  readonly timeoutMs?: number;
  /** More headers for targets of HTTP and gRPC, for example with a token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops the replay within a second. @default never */
  readonly signal?: AbortSignal;
  /** Told after each message. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** Told what the input says of itself: damage, lines that are no spans. */
  readonly onNotice?: (text: string) => void;
  /** Makes each connection; then nobody looks before whether the receiver is there. @default the protocol's */
  readonly openTransport?: (target: Target) => Transport;
  /** @default the machine's */
  readonly clock?: ReplayClock;
}
