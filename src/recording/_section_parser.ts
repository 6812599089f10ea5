import { crc32 } from "node:zlib";
import { CHECKPOINT_PREFIX, HEADER_PREFIX, parseCheckpoint } from "./_control_line.ts";
import { judgeLine } from "./_span_lines.ts";
import { createReport, type RecordingReport, reportDamage } from "./recording_report.ts";

/** Bounds of {@linkcode SectionParser}. */
export interface SectionParserOptions {
  /** Longer lines are skipped, in bytes. @default 16 MiB */
  maxLineBytes?: number;
  /** A section is held back until it is proven, up to this many bytes. @default 8 MiB */
  maxSectionBytes?: number;
}

/** Whole span lines that belong together. */
export interface RecordedSection {
  /** Span lines, each with its line end. Valid until the next section is asked for. */
  readonly lines: Uint8Array;
  readonly spanCount: number;
  /** Whether a checkpoint vouches for these bytes, or each line was only looked at on its own. */
  readonly isProven: boolean;
  /** Where the lines begin in the source, if they stand there just like this; else `undefined`. */
  readonly offset: number | undefined;
}

/**
 * Cuts a stream of bytes into sections; see {@linkcode readRecording} for the rules. One buffer holds
 * what has not been decided: the lines of the section, and behind them the beginning of a line.
 */
export class SectionParser {
  readonly report: RecordingReport = createReport();
  readonly #maxLineBytes: number;
  readonly #maxSectionBytes: number;
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  /** Where the section begins. */
  #from = 0;
  /** Where the line that is being read begins. */
  #lineFrom = 0;
  /** Up to where that line has been searched for its end. */
  #searched = 0;
  #to = 0;
  /** Offset in the stream of `#bytes[0]`. */
  #base = 0;
  #lineCount = 0;
  /** Whether lines of this section were let through before its checkpoint: it was too long to be held. */
  #isOverlong = false;
  /** CRC-32 and length of what has left the buffer of an overlong section. */
  #releasedCrc = 0;
  #releasedBytes = 0;
  /** The rest of a line over the limit is passed over. */
  #isSkipping = false;
  /** Spans lost, according to the last checkpoint since the header. */
  #lost = 0;
  #isAtStart = true;

  constructor(options: SectionParserOptions) {
    this.#maxLineBytes = options.maxLineBytes ?? 16 * 1024 * 1024;
    this.#maxSectionBytes = options.maxSectionBytes ?? 8 * 1024 * 1024;
  }

  /** Takes bytes; the sections that they complete are valid until the next call. */
  push(chunk: Uint8Array): RecordedSection[] {
    this.#append(chunk);
    const sections: RecordedSection[] = [];
    const bytes = this.#bytes.subarray(0, this.#to);
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, this.#searched);
      if (end < 0) break;
      this.#takeLine(end + 1, sections);
    }
    this.#searched = this.#to;
    if (this.#isSkipping || this.#to - this.#lineFrom > this.#maxLineBytes) this.#skip(sections);
    // Without a header nothing promises a checkpoint that would be worth waiting for.
    const limit = this.report.format === "recording" ? this.#maxSectionBytes : 0;
    if (this.#lineFrom - this.#from > limit) {
      this.#isOverlong = true;
      this.#release(this.#lineFrom, sections);
    }
    return sections;
  }

  /**
   * Takes the end of the stream.
   *
   * @param damage What is wrong with the source, if anything is.
   */
  finish(damage?: string): RecordedSection[] {
    const sections: RecordedSection[] = [];
    const { report } = this;
    const isRecording = report.format === "recording";
    const rest = this.#to - this.#lineFrom;
    if (isRecording) report.tailBytes = this.#to - this.#from + this.#releasedBytes;
    this.#release(this.#lineFrom, sections);
    if (this.#isSkipping) {
      // Its beginning has been reported.
    } else if (rest > 0 && !isRecording) {
      // A file of lines made by hand may lack the last line end. A recording's line never does.
      this.#append(LINE_END);
      this.#lineFrom = this.#to;
      this.#lineCount = 1;
      this.#release(this.#to, sections);
    } else if (rest > 0) {
      this.#damage(this.#lineFrom, this.#to, "cut off in the middle of a line", 1);
    }
    if (damage !== undefined) {
      reportDamage(report, { offset: this.#base + this.#to, length: 0, reason: damage }, 0);
    }
    report.lostByWriter += this.#lost;
    this.#lost = 0;
    report.isComplete = report.damaged.length === 0 && report.damagedLines === 0 &&
      report.tailBytes === 0;
    return sections;
  }

  #append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#bytes.length) {
      const kept = this.#to - this.#from;
      const target = kept + chunk.length > this.#bytes.length
        ? new Uint8Array(Math.max(this.#bytes.length * 2, kept + chunk.length))
        : this.#bytes;
      target.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = target;
      this.#base += this.#from;
      this.#lineFrom -= this.#from;
      this.#searched -= this.#from;
      this.#to = kept;
      this.#from = 0;
    }
    this.#bytes.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** Takes the line that ends before `end`. */
  #takeLine(end: number, sections: RecordedSection[]): void {
    const from = this.#lineFrom;
    this.#lineFrom = this.#searched = end;
    if (this.#isSkipping) {
      this.#isSkipping = false;
      this.#damage(from, end, LINE_TOO_LONG, 0);
      this.#from = end;
      return;
    }
    if (end - 1 - from > this.#maxLineBytes) {
      this.#isOverlong = true;
      this.#release(from, sections);
      this.#damage(from, end, LINE_TOO_LONG, 1);
      this.#from = end;
      return;
    }
    if (this.#isAtStart) {
      this.#isAtStart = false;
      if (startsWith(this.#bytes, from, BYTE_ORDER_MARK)) {
        this.#from = from + BYTE_ORDER_MARK.length;
        return this.#takeStart(this.#from, end, sections);
      }
    }
    this.#takeStart(from, end, sections);
  }

  #takeStart(from: number, end: number, sections: RecordedSection[]): void {
    if (startsWith(this.#bytes, from, HEADER)) return this.#takeHeader(from, end, sections);
    if (startsWith(this.#bytes, from, CHECKPOINT)) {
      const text = decoder.decode(this.#bytes.subarray(from, end));
      const checkpoint = parseCheckpoint(text);
      if (checkpoint !== undefined) {
        this.report.format = "recording";
        this.#takeCheckpoint(from, checkpoint, sections);
        this.#lost = checkpoint.lost;
        this.#beginSection(end);
        return;
      }
    }
    this.#lineCount++;
  }

  #takeHeader(from: number, end: number, sections: RecordedSection[]): void {
    // What stands before it is the end of another recording, which no checkpoint follows.
    this.#release(from, sections);
    this.report.format = "recording";
    this.report.lostByWriter += this.#lost;
    this.#lost = 0;
    this.#beginSection(end);
  }

  #takeCheckpoint(
    to: number,
    checkpoint: { bytes: number; crc32: number },
    sections: RecordedSection[],
  ): void {
    const { report } = this;
    if (this.#isOverlong) {
      this.#release(to, sections);
      const holds = this.#releasedBytes === checkpoint.bytes &&
        this.#releasedCrc === checkpoint.crc32;
      if (holds) report.sections++;
      else this.#damage(to, to, "a section could not be held against its checkpoint", 0);
      return;
    }
    const from = to - checkpoint.bytes;
    const isLineStart = from === this.#from ||
      from > this.#from && this.#bytes[from - 1] === LINE_FEED;
    if (isLineStart && crc32(this.#bytes.subarray(from, to)) === checkpoint.crc32) {
      const lineCount = from === this.#from ? this.#lineCount : countLines(this.#bytes, from, to);
      if (from > this.#from) this.#takeUnclaimed(from, this.#lineCount - lineCount, sections);
      report.sections++;
      this.#emit(from, to, { spanCount: lineCount, isProven: true }, sections);
      return;
    }
    // A file whose line ends were converted; the checkpoint covers them as they were.
    const plain = withoutCarriageReturns(this.#bytes.subarray(this.#from, to));
    if (plain.length === checkpoint.bytes && crc32(plain) === checkpoint.crc32) {
      report.sections++;
      this.#bytes.set(plain, this.#from);
      const counted = { spanCount: this.#lineCount, isProven: true, isMoved: true };
      this.#emit(this.#from, this.#from + plain.length, counted, sections);
    } else {
      this.#damage(this.#from, to, "a section does not match its checkpoint", this.#lineCount);
    }
  }

  /** Deals with lines before the ones that a checkpoint covers. */
  #takeUnclaimed(to: number, lineCount: number, sections: RecordedSection[]): void {
    const lastFrom = this.#bytes.subarray(0, to - 1).lastIndexOf(LINE_FEED) + 1;
    const last = decoder.decode(this.#bytes.subarray(Math.max(lastFrom, this.#from), to));
    if (last.includes(HEADER_PREFIX)) {
      // A recording that was cut in the middle of a line, with another one put behind it.
      this.#release(to, sections);
    } else {
      this.#damage(this.#from, to, "a checkpoint is damaged or missing", lineCount);
    }
    this.#from = to;
  }

  #beginSection(at: number): void {
    this.#from = at;
    this.#lineCount = this.#releasedCrc = this.#releasedBytes = 0;
    this.#isOverlong = false;
  }

  /** Lets the whole lines before `to` through if each on its own is a span. */
  #release(to: number, sections: RecordedSection[]): void {
    const from = this.#from;
    const bytes = this.#bytes;
    if (to <= from) return;
    if (this.#isOverlong) {
      this.#releasedCrc = crc32(bytes.subarray(from, to), this.#releasedCrc);
      this.#releasedBytes += to - from;
    }
    // What is let through moves together, over what is not.
    let written = from;
    let spanCount = 0;
    for (let at = from; at < to;) {
      const end = bytes.indexOf(LINE_FEED, at) + 1;
      const textTo = bytes[end - 2] === CARRIAGE_RETURN && end - 2 >= at ? end - 2 : end - 1;
      const verdict = judgeLine(bytes.subarray(at, textTo));
      if (verdict === "span") {
        bytes.copyWithin(written, at, textTo);
        written += textTo - at;
        bytes[written++] = LINE_FEED;
        spanCount++;
      } else if (verdict !== "control") {
        this.#damage(at, end, verdict.reason, 1);
      }
      at = end;
    }
    this.#from = to;
    this.#lineCount = 0;
    const isMoved = written !== to;
    this.#emit(from, written, { spanCount, isProven: false, isMoved }, sections);
  }

  /** Begins or goes on to pass over a line that is too long. */
  #skip(sections: RecordedSection[]): void {
    if (!this.#isSkipping) {
      // The checkpoint cannot prove what is not kept, so the lines before are decided now.
      this.#isOverlong = true;
      this.#release(this.#lineFrom, sections);
      this.#damage(this.#lineFrom, this.#to, LINE_TOO_LONG, 1);
    } else {
      this.#damage(this.#lineFrom, this.#to, LINE_TOO_LONG, 0);
    }
    this.#isSkipping = true;
    this.#from = this.#lineFrom = this.#searched = this.#to;
  }

  #emit(
    from: number,
    to: number,
    counted: { spanCount: number; isProven: boolean; isMoved?: boolean },
    sections: RecordedSection[],
  ): void {
    const { spanCount, isProven, isMoved = false } = counted;
    if (spanCount === 0) return;
    this.report.spans += spanCount;
    const offset = isMoved ? undefined : this.#base + from;
    sections.push({ lines: this.#bytes.subarray(from, to), spanCount, isProven, offset });
  }

  #damage(from: number, to: number, reason: string, lines: number): void {
    reportDamage(this.report, { offset: this.#base + from, length: to - from, reason }, lines);
  }
}

const INITIAL_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LINE_END = new Uint8Array([LINE_FEED]);
const LINE_TOO_LONG = "a line is too long";
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEADER = encoder.encode(HEADER_PREFIX);
const CHECKPOINT = encoder.encode(CHECKPOINT_PREFIX);
const BYTE_ORDER_MARK = new Uint8Array([0xef, 0xbb, 0xbf]);

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) {
    if (bytes[at + i] !== prefix[i]) return false;
  }
  return true;
}

function countLines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED, from); at >= 0 && at < to; count++) {
    at = bytes.indexOf(LINE_FEED, at + 1);
  }
  return count;
}

function withoutCarriageReturns(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, i) => byte !== CARRIAGE_RETURN || bytes[i + 1] !== LINE_FEED);
}
