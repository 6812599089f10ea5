import { open } from "node:fs/promises";
import { decompress } from "../runtime/decompress.ts";
import { errorCode } from "../runtime/error_code.ts";
import { type Compression, compressionOfBytes } from "./_compression.ts";
import { readRecording, type ReadRecordingOptions, type Recording } from "./recording_reader.ts";
import { type RecordingFormat, SNIFF_BYTES, sniffFormat } from "./sniff_format.ts";

/** Options of {@linkcode openRecording}. */
export interface OpenRecordingOptions extends ReadRecordingOptions {
  /** What to call the source in messages. @default the path, or "standard input" */
  name?: string;
}

/** A trace file that has been recognised. */
export interface OpenedRecording {
  readonly name: string;
  /** What the content is; `undefined` when there is none. */
  readonly format: RecordingFormat | undefined;
  readonly compression: Compression | undefined;
  /**
   * The content, unpacked, from its beginning. Each piece is valid until the next is asked for. Event lines are
   * read from here by whoever pairs them, formats of other programs by `readForeignSpans`; the rest better by
   * `read`. Can be read once.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Reads the spans of a recording or of span lines. */
  read(): Recording;
  /** What went wrong with the packed bytes; known once `bytes` has been read to its end. */
  sourceDamage(): string | undefined;
  /** Closes the source of a recording that is not read to its end. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a trace file, whatever its name: recordings, span lines, event lines, and formats of other
 * programs, also packed with gzip or Zstandard. The content tells which.
 *
 * @param source Path of a file, or the bytes of standard input.
 * @throws {Error} When the file cannot be read, or its content is nothing of these.
 * @example
 * ```ts
 * import { openRecording } from "./open_recording.ts";
 *
 * const line = '{"id":"1","trace_id":"1","name":"a","kind":0,"start_time":"1970-01-01T00:00:00Z"}\n';
 * const opened = await openRecording(new Blob([line]).stream());
 * if (opened.format !== "span-lines") throw new Error("not recognised");
 * for await (const section of opened.read()) console.log(section.spanCount, "span");
 * ```
 */
export async function openRecording(
  source: string | AsyncIterable<Uint8Array>,
  options: OpenRecordingOptions = {},
): Promise<OpenedRecording> {
  const name = options.name ?? (typeof source === "string" ? source : "standard input");
  const packed = new Peekable(typeof source === "string" ? readFileBytes(source) : source);
  let content = packed;
  let damage: string | undefined;
  try {
    const compression = compressionOfBytes(await packed.peek((bytes) => bytes.length >= 4));
    if (compression !== undefined) {
      content = new Peekable(decompress(packed, compression, (reason) => damage = reason));
    }
    const start = await content.peek(isEnough);
    const format = sniffFormat(start);
    if (format === undefined && start.length > 0) throw new UnknownFormatError(name);
    if (start.length === 0 && damage !== undefined) {
      throw new Error(`Cannot read "${name}": ${damage}`);
    }
    return {
      name,
      format,
      compression,
      bytes: content,
      read: () => readRecording(content, { ...options, sourceDamage: () => damage }),
      sourceDamage: () => damage,
      [Symbol.asyncDispose]: () => close(content, packed),
    };
  } catch (error) {
    await close(content, packed);
    if (error instanceof UnknownFormatError) throw error;
    throw readError(name, error);
  }
}

/** The content of a file is nothing that can be opened. */
export class UnknownFormatError extends Error {
  override readonly name = "UnknownFormatError";

  constructor(file: string) {
    super(
      `Cannot open "${file}": its content is no known trace format; understood are recordings of ` +
        "this program, span lines (JSON with id, trace_id, start_time), go-trace's event lines " +
        "(JSON with type, span_id, trace_id), OTLP (JSON, JSON lines or protobuf), Zipkin's JSON " +
        "(v1 and v2), Jaeger's JSON, Chrome's trace events and frames of SSF, plain or packed with " +
        "gzip or Zstandard",
    );
  }
}

function readError(name: string, error: unknown): Error {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith("Cannot ")) return error as Error;
  const reason = code === "ENOENT"
    ? "there is no such file"
    : code === "EISDIR"
    ? "it is a folder"
    : code === "EACCES"
    ? "no permission to read it"
    : message;
  return new Error(`Cannot read "${name}": ${reason}`, { cause: error });
}

/** Enough to recognise a format by: from a pipe, waiting for more than a line would delay the first span. */
function isEnough(bytes: Uint8Array): boolean {
  return bytes.length >= SNIFF_BYTES ||
    bytes.includes(LINE_FEED) && sniffFormat(bytes) !== undefined;
}

async function close(...sources: Peekable[]): Promise<void> {
  for (const source of sources) await source.return();
}

const LINE_FEED = 0x0a;
const READ_BYTES = 256 * 1024;

async function* readFileBytes(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  // The next piece is read while this one is looked at, which took an eighth off opening a large file.
  let buffer = new Uint8Array(READ_BYTES);
  let other = new Uint8Array(READ_BYTES);
  let reading = handle.read(buffer, 0, READ_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = handle.read(other, 0, READ_BYTES);
      // Awaited when the reader asks for more, which it may not do.
      reading.catch(() => {});
      yield buffer.subarray(0, bytesRead);
      [buffer, other] = [other, buffer];
    }
  } finally {
    await reading.catch(() => {});
    await handle.close();
  }
}

/** A source whose beginning can be looked at before it is read. */
class Peekable implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  #start: Uint8Array = new Uint8Array();
  #isEnded = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Reads until there is enough, or no more; the bytes are still to be read afterwards. */
  async peek(isEnough: (bytes: Uint8Array) => boolean): Promise<Uint8Array> {
    while (!this.#isEnded && !isEnough(this.#start)) {
      const { done, value } = await this.#source.next();
      if (done) {
        this.#isEnded = true;
        break;
      }
      const longer = new Uint8Array(this.#start.length + value.length);
      longer.set(this.#start);
      longer.set(value, this.#start.length);
      this.#start = longer;
    }
    return this.#start;
  }

  async return(): Promise<void> {
    await this.#source.return?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const start = this.#start;
    this.#start = new Uint8Array();
    try {
      if (start.length > 0) yield start;
      while (!this.#isEnded) {
        const { done, value } = await this.#source.next();
        if (done) return;
        yield value;
      }
    } finally {
      await this.return();
    }
  }
}
