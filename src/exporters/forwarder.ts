import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import type { EncodedMessage, MessageEncoder } from "../transport/message_encoder.ts";
import type { SendResult } from "../transport/send_result.ts";
import type { Transport } from "../transport/transport.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";

/** What became of the spans: `received` = `sent` + `queued` + the sums of `rejected` and `dropped`. */
export interface ForwardCounters {
  received: number;
  /** Taken by the receiver. */
  sent: number;
  /** Waiting or on their way. */
  queued: number;
  /** Not taken by the receiver, or not expressible in its protocol, by reason. */
  rejected: Record<string, number>;
  /** Lost on the way: `queue_full`, `connection_lost`, `write_timeout`, `closed`. */
  dropped: Record<string, number>;
}

/** Lines that wait together. */
export interface WaitingLines {
  /** Stands for them: what comes later for the same number only adds lines. */
  readonly number: number;
  readonly lines: Uint8Array;
}

/** Options of {@linkcode Forwarder}. */
export interface ForwarderOptions {
  /** Where to send; the forwarder closes it. */
  transport: Transport;
  /** The receiver's protocol. */
  encoder: MessageEncoder<Span>;
  /** Bytes of span lines that may wait. @default 64 MiB */
  maxQueuedBytes?: number;
  /** Told what the user should know, once for each reason. */
  onNotice?: (message: string) => void;
}

/**
 * Hands spans on to another receiver while they are collected. What waits is bounded and kept as the lines
 * it came in; only what is about to be sent is decoded, a piece at a time, so that collecting goes on in
 * between. A message for which the receiver wants another attempt is tried again until it is taken.
 */
export class Forwarder {
  readonly #transport: Transport;
  readonly #encoder: MessageEncoder<Span>;
  readonly #maxQueuedBytes: number;
  readonly #onNotice: (message: string) => void;
  readonly #told = new Set<string>();
  readonly #counters: ForwardCounters = {
    received: 0,
    sent: 0,
    queued: 0,
    rejected: Object.create(null),
    dropped: Object.create(null),
  };
  /** Lines that wait, oldest first. */
  #pieces: Piece[] = [];
  #pieceCount = 0;
  #queuedBytes = 0;
  #isClosing = false;
  #endWait: (() => void) | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: ForwarderOptions) {
    this.#transport = options.transport;
    this.#encoder = options.encoder;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 64 * 1024 * 1024;
    this.#onNotice = options.onNotice ?? (() => {});
  }

  /** The counts so far. */
  get counters(): Readonly<ForwardCounters> {
    return this.#counters;
  }

  /** What has not been sent yet, oldest first; some of the first may have been. */
  get waiting(): readonly WaitingLines[] {
    return this.#pieces.map(({ number, bytes, length }) => ({
      number,
      lines: bytes.subarray(0, length),
    }));
  }

  /** Takes a batch: a stage's `SpanConsumer`. */
  write = (batch: SpanBatch): void => {
    const { lines, spanCount } = batch;
    this.#counters.received += spanCount;
    if (this.#isClosing || this.#queuedBytes + lines.length > this.#maxQueuedBytes) {
      countReason(this.#counters.dropped, this.#isClosing ? "closed" : "queue_full", spanCount);
      if (!this.#isClosing) {
        this.#tell("queue_full", "does not keep up: spans are dropped, and counted as queue_full");
      }
      return;
    }
    this.#counters.queued += spanCount;
    this.#queuedBytes += lines.length;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.length + lines.length <= last.bytes.length) {
      last.bytes.set(lines, last.length);
      last.length += lines.length;
      last.spanCount += spanCount;
    } else {
      const bytes = new Uint8Array(Math.max(PIECE_BYTES, lines.length));
      bytes.set(lines);
      this.#pieces.push({ number: this.#pieceCount++, bytes, length: lines.length, spanCount });
    }
    this.#sending ??= this.#send();
  };

  /**
   * Sends what waits, for a limited time, and closes the transport.
   *
   * @param timeoutMs How long to try, in milliseconds.
   * @returns The span lines that could not be sent, for another day; whoever does not keep them calls
   * {@linkcode Forwarder.giveUp}.
   */
  async close(timeoutMs: number): Promise<Uint8Array[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      this.#sending,
      new Promise((resolve) => timer = setTimeout(resolve, timeoutMs)),
    ]);
    clearTimeout(timer);
    this.#isClosing = true;
    this.#endWait?.();
    await this.#transport.close();
    await this.#sending;
    return this.#pieces.map(({ bytes, length }) => bytes.subarray(0, length));
  }

  /** Counts what still waits as lost. */
  giveUp(): void {
    countReason(this.#counters.dropped, "closed", this.#counters.queued);
    this.#counters.queued = 0;
    this.#pieces = [];
    this.#queuedBytes = 0;
  }

  async #send(): Promise<void> {
    // A turn later: what comes in one turn of the event loop goes together.
    await new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS));
    while (this.#pieces.length > 0 && !this.#isClosing) {
      const [piece] = this.#pieces;
      // Complete from now on: what comes while it is sent begins another piece.
      piece.bytes = piece.bytes.subarray(0, piece.length);
      if (!await this.#sendPiece(piece)) break;
      this.#pieces.shift();
      this.#queuedBytes -= piece.length;
    }
    this.#sending = undefined;
  }

  /** Answers false when it was interrupted by closing. What it sent of the piece is gone from it then. */
  async #sendPiece(piece: Piece): Promise<boolean> {
    let at = 0;
    while (at < piece.length) {
      const end = endOfLines(piece.bytes, at, SENT_BYTES);
      const spans = decodeSpanBatch(piece.bytes.subarray(at, end));
      let left = spans.length;
      const messages = this.#encoder.encode(spans, (reason, count) => {
        left -= count;
        this.#settle(count, this.#counters.rejected, reason);
        this.#tell(reason, `cannot be sent some spans: ${reason}`);
      });
      for (const message of messages) {
        if (!await this.#sendMessage(message)) {
          this.#keepRest(piece, at, left);
          return false;
        }
        left -= message.count;
      }
      at = end;
    }
    return true;
  }

  /** Answers false when it was interrupted by closing. */
  async #sendMessage(message: EncodedMessage): Promise<boolean> {
    for (;;) {
      const result: SendResult = await this.#transport.send(message.bytes);
      if (result.status === "ok") {
        const refused = Math.min(result.refused?.count ?? 0, message.count);
        this.#counters.sent += message.count - refused;
        this.#counters.queued -= message.count - refused;
        this.#settle(refused, this.#counters.rejected, "refused");
        if (refused > 0) this.#tell("refused", `refused spans: ${result.refused?.message}`);
        return true;
      }
      if (result.status === "rejected") {
        if (this.#isClosing && result.reason === "closed") return false;
        const isLost = LOST.has(result.reason);
        this.#settle(
          message.count,
          isLost ? this.#counters.dropped : this.#counters.rejected,
          result.reason,
        );
        const words = result.message ? ` (${result.message})` : "";
        this.#tell(result.reason, `did not take spans: ${result.reason}${words}`);
        return true;
      }
      if (result.reason !== undefined) {
        this.#tell(result.reason, `cannot be reached yet: ${result.reason}; trying again`);
      }
      await this.#wait(result.afterMs);
      if (this.#isClosing) return false;
    }
  }

  /** Leaves in a piece what was not sent. Of a message that was sent in part, all is sent again. */
  #keepRest(piece: Piece, from: number, spanCount: number): void {
    piece.bytes = piece.bytes.subarray(from);
    this.#queuedBytes -= from;
    piece.length -= from;
    piece.spanCount = spanCount;
  }

  #settle(count: number, counts: Record<string, number>, reason: string): void {
    if (count === 0) return;
    this.#counters.queued -= count;
    countReason(counts, reason, count);
  }

  #tell(reason: string, message: string): void {
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#onNotice(message);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endWait?.(), ms);
      this.#endWait = () => {
        clearTimeout(timer);
        this.#endWait = undefined;
        resolve();
      };
      if (this.#isClosing) this.#endWait();
    });
  }
}

interface Piece {
  readonly number: number;
  bytes: Uint8Array;
  length: number;
  spanCount: number;
}

/** The offset behind as many whole lines as fit into a number of bytes, but at least one line. */
function endOfLines(bytes: Uint8Array, from: number, maxBytes: number): number {
  if (bytes.length - from <= maxBytes) return bytes.length;
  const before = bytes.lastIndexOf(LINE_END, from + maxBytes - 1);
  return before >= from ? before + 1 : bytes.indexOf(LINE_END, from) + 1;
}

const LINE_END = 0x0a;
/** Lines are gathered in pieces of this size: few objects, and little that is copied twice. */
const PIECE_BYTES = 256 * 1024;
/** What is decoded and encoded at once holds up collecting for a few milliseconds. */
const SENT_BYTES = 64 * 1024;
const GATHER_MS = 20;
/** Reasons for which a message is lost though nobody refused it. */
const LOST: ReadonlySet<string> = new Set(["connection_lost", "write_timeout", "closed"]);
