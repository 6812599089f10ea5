import { countReason } from "../model/counters.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import { errorCode } from "../runtime/error_code.ts";
import { type Compress, compressionOfPath, createCompress } from "./_compression.ts";
import { openBeside, openTarget } from "./_open_target.ts";
import { RecordingFile } from "./_recording_file.ts";
import { SectionFramer } from "./_section_framer.ts";
import { WriteBuffer } from "./_write_buffer.ts";
import { describeWriteError, lossReason } from "./_write_error.ts";

/** Options of {@linkcode RecordingWriter.open}. */
export interface RecordingWriterOptions {
  /** Size in bytes after which the recording goes on in `name.1.ext`, `name.2.ext`, … @default none */
  rotateBytes?: number;
  /** What made the recording, for its header. @default "trace" */
  creator?: string;
  /** Told once when writing begins to fail; the writer tries again at each flush. */
  onError?: (message: string) => void;
  /** Told what the user should know: the recording goes to another file, writing works again. */
  onNotice?: (message: string) => void;
  /** Memory for lines that wait for the disk, in bytes; beyond it spans are lost. @default 96 MiB */
  maxWaitingBytes?: number;
}

/**
 * Appends span lines to a recording; docs/architecture.md, "Recordings", says what the file holds.
 *
 * `write` copies lines to a buffer. A buffer is written, with its checkpoint, when it is full or a
 * fifth of a second after its first line, while the next one fills. After the process is killed the file holds
 * everything up to at most a quarter of a second before; half a second more is lost when the machine
 * goes down. A file is made with the permissions 0666 less the umask, as other results of commands.
 *
 * @example
 * ```ts
 * import { RecordingWriter } from "./recording_writer.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const writer = await RecordingWriter.open(folder + "/run.jsonl", { onError: console.error });
 * writer.write({ lines: new TextEncoder().encode('{"id":"1","trace_id":"1"}\n'), spanCount: 1 });
 * await writer.close();
 * if (writer.recordedCount !== 1) throw new Error("lost");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class RecordingWriter {
  readonly #requestedPath: string;
  readonly #options: RecordingWriterOptions;
  readonly #compress: Compress | undefined;
  #rotateBytes: number;
  #file: RecordingFile;

  readonly #framer: SectionFramer;
  #filling: WriteBuffer;
  readonly #full: WriteBuffer[] = [];
  readonly #spare: WriteBuffer[] = [];
  #waitingBytes = 0;
  #isDue = false;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #draining: Promise<void> | undefined;
  #room: Promise<void> | undefined;
  #onRoom: (() => void) | undefined;

  #needsSync = false;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #mustReopen = false;
  /** `recordedCount` when the file was last seen to exist. */
  #safeCount = 0;

  #isFailing = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #recordedCount = 0;
  #lostCount = 0;
  #lostReason: string | undefined;
  readonly #lost: Record<string, number> = {};
  #bytesWritten = 0;

  private constructor(path: string, file: RecordingFile, options: RecordingWriterOptions) {
    this.#requestedPath = path;
    this.#options = options;
    this.#file = file;
    this.#rotateBytes = options.rotateBytes ?? Infinity;
    const compression = compressionOfPath(path);
    this.#compress = compression && createCompress(compression);
    this.#framer = new SectionFramer(options.creator ?? "trace");
    this.#filling = this.#newBuffer();
  }

  /**
   * Opens a recording for writing.
   *
   * A new or empty file is used; a recording whose end is proven is appended to; one with a damaged
   * end is left as it is, and `name.1.ext` is used. Pipes and devices work. A path that ends in `.gz` or
   * `.zst` is compressed.
   *
   * @param path Where to; {@linkcode RecordingWriter.path} says where it really went.
   * @throws {Error} When the path cannot be used, is being recorded by another writer, or holds something
   * else: nothing is ever overwritten.
   */
  static async open(path: string, options: RecordingWriterOptions = {}): Promise<RecordingWriter> {
    const compression = compressionOfPath(path);
    // Before a file is made that could not be written.
    if (compression !== undefined) createCompress(compression);
    const file = await openTarget(path, (message) => options.onNotice?.(message));
    const writer = new RecordingWriter(path, file, options);
    // A file that is known as a recording from its first moment can be appended to and watched.
    await writer.#writeBuffer(writer.#newBuffer(0));
    return writer;
  }

  /** The file that is being written; another one after a rotation. */
  get path(): string {
    return this.#file.path;
  }

  /** Spans that the file has got. */
  get recordedCount(): number {
    return this.#recordedCount;
  }

  /** Spans that were handed in but could not be written. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** Why the last of the lost spans were lost: `disk_full`, `io_error`, `removed`, `overload`, … */
  get lostReason(): string | undefined {
    return this.#lostReason;
  }

  /** Lost spans by reason. */
  get lost(): Readonly<Record<string, number>> {
    return this.#lost;
  }

  /** Bytes written, compressed where the file is. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /**
   * Back-pressure: a promise while the buffers are full, resolved when there is room again;
   * `undefined` when there is room. Lines written regardless wait in further memory, up to a bound.
   */
  get ready(): Promise<void> | undefined {
    if (this.#hasRoom()) return undefined;
    return this.#room ??= new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /** Takes a copy of the lines. Never throws: what cannot be kept is counted as lost. */
  write(batch: SpanBatch): void {
    const { lines, spanCount } = batch;
    if (lines.length === 0) return;
    if (this.#isClosed) return this.#lose("closed", spanCount);
    const limit = this.#options.maxWaitingBytes ?? MAX_WAITING_BYTES;
    if (this.#waitingBytes + this.#filling.length + lines.length > limit) {
      return this.#lose("overload", spanCount);
    }
    try {
      if (this.#filling.length + lines.length > this.#filling.capacity) {
        this.#pushFilling(lines.length);
        this.#drain();
      }
      this.#filling.append(lines, spanCount, batch.unfinishedCount ?? 0);
    } catch {
      // The one thing that can fail is getting memory.
      return this.#lose("out_of_memory", spanCount);
    }
    this.#flushTimer ??= setTimeout(() => this.#flushSoon(), FLUSH_AFTER_MS);
  }

  /** Writes what has been handed in until now, without waiting for the disk itself. */
  async flush(): Promise<void> {
    this.#flushSoon();
    while (this.#draining !== undefined) await this.#draining;
  }

  /** Writes and syncs everything and closes the file; later calls wait for the first. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#closing ??= this.#close();
  }

  /** See {@linkcode RecordingWriter.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#syncTimer);
    await this.#syncing;
    await this.#sync();
    if (this.#mustReopen || this.#framer.hasUntoldLoss(this.#lostCount)) {
      await this.#writeBuffer(this.#newBuffer(0));
      await this.#sync();
    }
    await this.#file.close().catch((error) => this.#report(error));
  }

  #flushSoon(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#filling.length === 0) return;
    this.#isDue = true;
    this.#drain();
  }

  #hasRoom(): boolean {
    return this.#draining === undefined ||
      this.#full.length === 0 && this.#filling.length < HIGH_WATER;
  }

  /** Puts the buffer that is being filled in the queue and begins one with room for `length` bytes. */
  #pushFilling(length = 0): void {
    const next = length > BUFFER_BYTES
      ? this.#newBuffer(length)
      : this.#spare.pop() ?? this.#newBuffer();
    if (this.#filling.length > 0) {
      this.#full.push(this.#filling);
      this.#waitingBytes += this.#filling.length;
    }
    this.#filling = next;
    this.#isDue = false;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
  }

  #drain(): void {
    this.#draining ??= this.#writeFull().finally(() => {
      this.#draining = undefined;
      this.#announceRoom();
      // What came in between the last look at the queue and now.
      if (this.#full.length > 0 || this.#isDue) this.#drain();
    });
  }

  async #writeFull(): Promise<void> {
    for (;;) {
      if (this.#full.length === 0 && this.#isDue) this.#pushFilling();
      const buffer = this.#full.shift();
      if (buffer === undefined) return;
      this.#announceRoom();
      await this.#writeBuffer(buffer);
      this.#waitingBytes -= buffer.length;
      buffer.clear();
      if (this.#spare.length < 2 && buffer.capacity === BUFFER_BYTES) this.#spare.push(buffer);
    }
  }

  #announceRoom(): void {
    if (!this.#hasRoom()) return;
    this.#onRoom?.();
    this.#room = this.#onRoom = undefined;
  }

  /** Writes header, lines and checkpoint, whichever there are, in one go. Never throws. */
  async #writeBuffer(buffer: WriteBuffer): Promise<void> {
    if (this.#file.size >= this.#rotateBytes && buffer.length > 0) await this.#rotate();
    try {
      if (this.#mustReopen) await this.#reopen();
      const lostCount = this.#lostCount;
      const framed = this.#framer.frame(buffer, lostCount, this.#file.hasStrayBytes);
      const bytes = this.#compress === undefined ? framed : await this.#compress(framed);
      await this.#file.append(bytes);
      this.#bytesWritten += bytes.length;
      this.#framer.commit(buffer, lostCount);
      this.#recordedCount += buffer.spanCount;
    } catch (error) {
      this.#lose(lossReason(error), buffer.spanCount);
      // What follows part of a line in a pipe begins anew, so that a reader finds its feet.
      if (this.#file.hasStrayBytes) this.#framer.begin();
      this.#report(error);
      return;
    }
    if (this.#isFailing) {
      this.#isFailing = false;
      this.#options.onNotice?.(
        `Recording to "${this.path}" goes on; ${this.#lostCount} spans were lost`,
      );
    }
    this.#syncSoon();
  }

  async #rotate(): Promise<void> {
    let next: RecordingFile;
    try {
      next = await openBeside(this.#requestedPath);
    } catch (error) {
      this.#rotateBytes = Infinity;
      this.#options.onError?.(`${(error as Error).message}; recording stays in "${this.path}"`);
      return;
    }
    await this.#syncing;
    await this.#sync();
    await this.#file.close().catch((error) => this.#report(error));
    this.#file = next;
    this.#mustReopen = false;
    this.#framer.begin();
  }

  /** Begins a new file at the path of one that was removed. */
  async #reopen(): Promise<void> {
    const { path } = this.#file;
    const next = await RecordingFile.open(path, true)
      .catch((error) => errorCode(error) === "EEXIST" ? openBeside(path) : Promise.reject(error));
    await this.#file.close().catch(() => {});
    this.#file = next;
    this.#mustReopen = false;
    this.#framer.begin();
    this.#options.onError?.(
      `The recording "${path}" was removed; it goes on in a new file, "${next.path}"`,
    );
  }

  #syncSoon(): void {
    this.#needsSync = true;
    if (this.#syncTimer !== undefined || this.#isClosed || !this.#file.isRegular) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncing = this.#sync().finally(() => {
        this.#syncTimer = undefined;
        this.#syncing = undefined;
        if (this.#needsSync) this.#syncSoon();
      });
    }, SYNC_AFTER_MS);
  }

  /** Syncs what is written, and looks whether the file is still there. Never throws. */
  async #sync(): Promise<void> {
    if (!this.#needsSync) return;
    this.#needsSync = false;
    const file = this.#file;
    const recordedCount = this.#recordedCount;
    try {
      if (await file.isRemoved()) {
        this.#mustReopen = true;
        this.#lose("removed", this.#recordedCount - this.#safeCount);
        this.#recordedCount = this.#safeCount;
        return;
      }
      await file.sync();
      this.#safeCount = recordedCount;
    } catch (error) {
      this.#report(error);
    }
  }

  #lose(reason: string, count: number): void {
    if (count === 0) return;
    this.#lostCount += count;
    this.#lostReason = reason;
    countReason(this.#lost, reason, count);
  }

  #report(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.onError?.(
      `Cannot write to recording "${this.path}": ${describeWriteError(error)}; ` +
        `${this.#lostCount} spans are lost, trying again with each flush`,
    );
  }

  #newBuffer(capacity = BUFFER_BYTES): WriteBuffer {
    return new WriteBuffer(capacity, this.#framer.headRoom);
  }
}

const BUFFER_BYTES = 1024 * 1024;
/** While one buffer is being written, the other counts as full here, before a read overflows it. */
const HIGH_WATER = BUFFER_BYTES * 3 / 4;
const MAX_WAITING_BYTES = 96 * 1024 * 1024;
/** Well short of the promised 250 ms: what a busy disk takes for a write comes on top. */
const FLUSH_AFTER_MS = 100;
const SYNC_AFTER_MS = 500;
