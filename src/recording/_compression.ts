import * as zlib from "node:zlib";
import { promisify } from "node:util";
import { ZstdFrames } from "./_zstd_frames.ts";

/** How the bytes of a recording are packed. */
export type Compression = "gzip" | "zstd";

/** The compression that a file name asks for. */
export function compressionOfPath(path: string): Compression | undefined {
  if (path.endsWith(".gz")) return "gzip";
  return path.endsWith(".zst") ? "zstd" : undefined;
}

/** The compression that a file's first bytes show. */
export function compressionOfBytes(bytes: Uint8Array): Compression | undefined {
  if (startsWith(bytes, GZIP_MAGIC)) return "gzip";
  return startsWith(bytes, ZSTD_MAGIC) ? "zstd" : undefined;
}

/** Packs bytes into a whole member (gzip) or frame (Zstandard) of their own. */
export type Compress = (bytes: Uint8Array) => Promise<Uint8Array>;

/**
 * Makes a function that packs what one flush writes.
 *
 * Each flush becomes a member or frame of its own rather than a flush point of one endless stream: a
 * file cut at a flush is then a correct file for every tool, so a recording can be cut back to its
 * last checkpoint after a failed write and appended to later. At 1 MiB a flush it costs no space.
 *
 * @throws {Error} When this runtime cannot write the compression.
 */
export function createCompress(compression: Compression): Compress {
  if (compression === "gzip") {
    const gzip = promisify<Uint8Array, zlib.ZlibOptions, Uint8Array>(zlib.gzip);
    return (bytes) => gzip(bytes, { level: GZIP_LEVEL });
  }
  const { zstdCompress } = zlib as MaybeZstd;
  if (zstdCompress === undefined) throw new Error(NO_ZSTD);
  return promisify(zstdCompress);
}

/**
 * Unpacks a stream. Everything up to a cut or a damaged place comes out; then the stream ends.
 *
 * @param onDamage Told what is wrong with the stream, if anything.
 * @throws {Error} When this runtime cannot read the compression.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  onDamage: (reason: string) => void,
): AsyncGenerator<Uint8Array> {
  if (compression === "gzip") {
    yield* pipe(source, zlib.createGunzip(), (error) => onDamage(`gzip: ${error.message}`));
    return;
  }
  const { createZstdDecompress } = zlib as MaybeZstd;
  if (createZstdDecompress === undefined) throw new Error(NO_ZSTD);
  const frames = new ZstdFrames(source);
  let failure: Error | undefined;
  try {
    while (failure === undefined && await frames.hasNext()) {
      yield* pipe(frames.next(), createZstdDecompress(), (error) => failure = error);
    }
  } catch (error) {
    failure = error as Error;
  }
  if (frames.isCut) onDamage("zstd: unexpected end of file");
  else if (failure !== undefined) onDamage(`zstd: ${failure.message}`);
}

/** Sends bytes through a decompressor; hands out what came out before an error, too. */
async function* pipe(
  source: AsyncIterable<Uint8Array>,
  stream: zlib.Gunzip,
  onError: (error: Error) => void,
): AsyncGenerator<Uint8Array> {
  const output: Uint8Array[] = [];
  let failure: Error | undefined;
  let isEnded = false;
  let wake: (() => void) | undefined;
  function onChange(): void {
    wake?.();
    wake = undefined;
  }
  // Not `for await (… of stream)`: that drops what came out just before an error.
  stream.on("data", (bytes: Uint8Array) => {
    output.push(bytes);
    onChange();
  });
  stream.on("error", (error: Error) => {
    failure ??= error;
    onChange();
  });
  stream.on("end", () => {
    isEnded = true;
    onChange();
  });
  try {
    let hasInput = false;
    for await (const bytes of source) {
      let isTaken = false;
      hasInput = true;
      // A copy: the source may reuse its buffer while the stream still holds these bytes.
      stream.write(bytes.slice(), () => {
        isTaken = true;
        onChange();
      });
      while (!isTaken && failure === undefined) {
        yield* output.splice(0);
        if (!isTaken && failure === undefined && output.length === 0) {
          await new Promise<void>((resolve) => wake = resolve);
        }
      }
      yield* output.splice(0);
      if (failure !== undefined) break;
    }
    if (!hasInput) return;
    if (failure === undefined) stream.end();
    while (!isEnded && failure === undefined) {
      yield* output.splice(0);
      if (!isEnded && failure === undefined && output.length === 0) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    }
    yield* output.splice(0);
    if (failure !== undefined) onError(failure);
  } finally {
    stream.destroy();
  }
}

const GZIP_MAGIC = [0x1f, 0x8b];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Span lines at level 3 shrink to 1/20 at 1 GB/s; level 6 needs twice the time for a tenth less. */
const GZIP_LEVEL = 3;
const NO_ZSTD =
  "Cannot use Zstandard: this runtime has none (Deno 2.6, Node 22.15 or later have it); use .gz";

type MaybeZstd = {
  zstdCompress?: (
    bytes: Uint8Array,
    callback: (error: Error | null, result: Uint8Array) => void,
  ) => void;
  createZstdDecompress?: () => zlib.Gunzip;
};

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}
