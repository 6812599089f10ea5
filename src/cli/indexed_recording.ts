import { stat } from "node:fs/promises";
import { TraceIndex } from "../assemble/trace_index.ts";
import type { TraceList } from "../assemble/trace_list.ts";
import { openRecording } from "../recording/open_recording.ts";
import { describeReport } from "../recording/read_spans.ts";
import { BlockReader } from "./block_reader.ts";
import { nextTurn, TURN_MS } from "./next_turn.ts";

/**
 * A recording whose spans stay in the file: it takes a tenth of the memory of its spans, and two to five times
 * as long to look through. Its traces can be read while it is being indexed.
 */
export class IndexedRecording implements Disposable {
  readonly #path: string;
  readonly #byteCount: number;
  readonly #file: BlockReader;
  readonly #traces: TraceIndex;
  readonly #loose = new LooseLines();
  #readBytes = 0;
  #notices: readonly string[] = [];

  private constructor(path: string, byteCount: number) {
    this.#path = path;
    this.#byteCount = byteCount;
    const file = this.#file = new BlockReader(path);
    this.#traces = new TraceIndex((offset, length) =>
      offset < LOOSE_OFFSET
        ? file.read(offset, length)
        : this.#loose.read(offset - LOOSE_OFFSET, length)
    );
  }

  /**
   * Opens a file, of which nothing is indexed yet.
   *
   * @returns `undefined` when it is no recording of this program, or packed.
   * @throws {Error} When it cannot be read.
   */
  static async open(path: string): Promise<IndexedRecording | undefined> {
    const info = await stat(path).catch(() => undefined);
    // A pipe gives what is in it only once.
    if (info?.isFile() === false) return undefined;
    await using opened = await openRecording(path);
    if (opened.format !== "recording" || opened.compression !== undefined) return undefined;
    return new IndexedRecording(path, info?.size ?? 0);
  }

  get traces(): TraceList {
    return this.#traces;
  }

  /** What should be known of it: damage. Known once all is indexed. */
  get notices(): readonly string[] {
    return this.#notices;
  }

  /** How much of it is indexed, from 0 to 1. */
  get progress(): number {
    return this.#byteCount === 0 ? 1 : Math.min(1, this.#readBytes / this.#byteCount);
  }

  /**
   * Indexes the file, in turns of a few milliseconds between which others have theirs.
   *
   * @returns Yields after each turn.
   * @throws {Error} When it cannot be read.
   */
  async *fill(signal: AbortSignal): AsyncGenerator<void> {
    await using opened = await openRecording(this.#path);
    const recording = opened.read();
    let turnEndMs = performance.now() + TURN_MS;
    for await (const { lines, isProven, offset } of recording) {
      // A section may be far larger than what a turn is enough for.
      for (let from = 0; from < lines.length;) {
        if (signal.aborted) return;
        const lineEnd = lines.indexOf(LINE_FEED, from + PIECE_BYTES);
        const to = lineEnd < 0 ? lines.length : lineEnd + 1;
        const piece = lines.subarray(from, to);
        const at = offset === undefined ? LOOSE_OFFSET + this.#loose.add(piece) : offset + from;
        this.#traces.add(piece, at, { isProven });
        if (offset !== undefined) this.#readBytes = offset + to;
        from = to;
        if (performance.now() < turnEndMs) continue;
        yield;
        await nextTurn(signal);
        turnEndMs = performance.now() + TURN_MS;
      }
    }
    this.#readBytes = this.#byteCount;
    this.#notices = describeReport(opened.name, recording.report);
  }

  /** Closes the file, until a trace is asked for again. */
  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/** Lines that do not stand in the file just like this, because something among them was damaged. */
class LooseLines {
  readonly #pieces: { readonly offset: number; readonly lines: Uint8Array }[] = [];
  #size = 0;

  /** Keeps lines; returns where they can be read. */
  add(lines: Uint8Array): number {
    const offset = this.#size;
    this.#pieces.push({ offset, lines: lines.slice() });
    // Not next to each other, so that nobody reads the end of one with the beginning of another.
    this.#size += lines.length + 1;
    return offset;
  }

  read(offset: number, length: number): Uint8Array {
    let from = 0;
    let to = this.#pieces.length - 1;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if (this.#pieces[middle].offset <= offset) from = middle;
      else to = middle - 1;
    }
    const piece = this.#pieces[from];
    return piece.lines.subarray(offset - piece.offset, offset - piece.offset + length);
  }
}

/** What is behind any file. */
const LOOSE_OFFSET = 2 ** 52;
const PIECE_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
