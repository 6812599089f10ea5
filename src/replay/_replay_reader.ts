import type { Span } from "../model/span.ts";
import { SpanRenamer } from "./rename_span.ts";
import type { ReadReplayInput, ReplayMoment, ReplayOptions } from "./replay_options.ts";

/** What is to be sent of a message of the input. */
export type ReplayPiece =
  | {
    readonly spans: readonly Span[];
    readonly bytesPerSpan: number;
    /** Spans that are not to be sent. */
    readonly filteredCount: number;
  }
  /** Lines that this program wrote, all of which are to be sent as they are. */
  | { readonly lines: Uint8Array };

/** Reads what is to be replayed: the spans that were chosen, with new ids where they are wanted. */
export class ReplayReader {
  readonly #read: ReadReplayInput;
  readonly #options: ReplayOptions;
  readonly #takesLines: boolean;
  readonly #stopped: AbortSignal;
  #fromUnixNano: bigint | undefined;
  #untilUnixNano: bigint | undefined;

  /**
   * @param takesLines Whether lines need not become spans.
   * @param stopped From when on spans are only counted.
   */
  constructor(
    read: ReadReplayInput,
    options: ReplayOptions,
    takesLines: boolean,
    stopped: AbortSignal,
  ) {
    this.#read = read;
    this.#options = options;
    this.#takesLines = takesLines;
    this.#stopped = stopped;
  }

  /** Reads the input once when that is needed to know when its first span started. */
  async resolveMoments(): Promise<void> {
    const { from, until } = this.#options;
    let first: bigint | undefined;
    if ([from, until].some((moment) => moment !== undefined && "sinceFirstNano" in moment)) {
      for await (const message of this.#read(this.#stopped)) {
        if (message.type !== "spans") continue;
        for (const { startTimeUnixNano } of message.spans) {
          if (first === undefined || startTimeUnixNano < first) first = startTimeUnixNano;
        }
      }
    }
    const resolve = (moment: ReplayMoment | undefined): bigint | undefined => {
      if (moment === undefined || "unixNano" in moment) return moment?.unixNano;
      return (first ?? 0n) + moment.sinceFirstNano;
    };
    this.#fromUnixNano = resolve(from);
    this.#untilUnixNano = resolve(until);
  }

  /** What gives each copy of the spans of a pass its ids; `undefined` for the copy that keeps them. */
  createRenamers(): (SpanRenamer | undefined)[] {
    const { copies = 1, newIds = false } = this.#options;
    return Array.from(
      { length: copies },
      (_, copy) => newIds || copy > 0 ? new SpanRenamer(crypto.randomUUID()) : undefined,
    );
  }

  /**
   * Reads the input from its beginning.
   *
   * @param renamers One for each copy.
   * @param tells Whether what the input says of itself is handed on.
   */
  async *read(
    renamers: readonly (SpanRenamer | undefined)[],
    tells: boolean,
  ): AsyncGenerator<ReplayPiece, undefined> {
    const { select = () => true, onNotice, signal = NEVER } = this.#options;
    // Whether all spans are sent as they are, so that none has to be looked at.
    const isWhole = this.#takesLines && this.#options.select === undefined &&
      this.#fromUnixNano === undefined && this.#untilUnixNano === undefined &&
      renamers.length === 1 && renamers[0] === undefined;
    for await (const message of this.#read(signal)) {
      if (message.type === "notice" && tells) onNotice?.(message.text);
      if (message.type !== "spans") continue;
      if (message.lines !== undefined && isWhole && !this.#stopped.aborted) {
        yield { lines: message.lines };
        continue;
      }
      if (message.spans.length === 0) continue;
      const spans: Span[] = [];
      for (const span of message.spans) {
        if (!this.#isInTime(span) || !select(span)) continue;
        for (const renamer of renamers) spans.push(renamer?.renameSpan(span) ?? span);
      }
      const bytesPerSpan = message.byteLength === undefined
        ? DEFAULT_SPAN_BYTES
        : message.byteLength / message.spans.length;
      const filteredCount = renamers.length * message.spans.length - spans.length;
      yield { spans, bytesPerSpan, filteredCount };
    }
    return undefined;
  }

  #isInTime({ startTimeUnixNano }: Span): boolean {
    const [from, until] = [this.#fromUnixNano, this.#untilUnixNano];
    return (from === undefined || startTimeUnixNano >= from) &&
      (until === undefined || startTimeUnixNano < until);
  }
}

const DEFAULT_SPAN_BYTES = 512;
const NEVER = new AbortController().signal;
