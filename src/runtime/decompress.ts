import * as zlib from "node:zlib";
import { ZstdFrames } from "./zstd_frames.ts";

/** How bytes are packed; `deflate` is zlib's format, `deflate-raw` what is inside that. */
export type Packing = "gzip" | "deflate" | "deflate-raw" | "zstd";

/** Whether this runtime can unpack Zstandard. */
export function canUnpackZstd(): boolean {
  return (zlib as MaybeZstd).createZstdDecompress !== undefined;
}

/** Options of {@linkcode decompress}. */
export interface DecompressOptions {
  /** The binary logarithm of the memory that a Zstandard frame may ask for. @default 27 */
  maxWindowLog?: number;
}

/**
 * Unpacks a stream. Everything up to a cut or a damaged place comes out; then the stream ends. Nothing
 * is unpacked ahead of who reads, but for what one chunk of the source holds.
 *
 * @param onDamage Told what is wrong with the stream, if anything.
 * @throws {Error} When this runtime cannot read the packing.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  packing: Packing,
  onDamage: (reason: string) => void,
  options: DecompressOptions = {},
): AsyncGenerator<Uint8Array> {
  if (packing !== "zstd") {
    yield* pipe(source, UNPACK[packing](), (error) => onDamage(`${packing}: ${error.message}`));
    return;
  }
  const { createZstdDecompress, constants } = zlib as MaybeZstd;
  if (createZstdDecompress === undefined) throw new Error(NO_ZSTD);
  const { maxWindowLog = 27 } = options;
  const params = { [constants.ZSTD_d_windowLogMax]: maxWindowLog };
  const frames = new ZstdFrames(source);
  let failure: Error | undefined;
  try {
    while (failure === undefined && await frames.hasNext()) {
      yield* pipe(frames.next(), createZstdDecompress({ params }), (error) => failure = error);
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

const UNPACK = {
  "gzip": zlib.createGunzip,
  "deflate": zlib.createInflate,
  "deflate-raw": zlib.createInflateRaw,
};

/** Said where Zstandard is needed and the runtime has none. */
export const NO_ZSTD =
  "Cannot use Zstandard: this runtime has none (Deno 2.6, Node 22.15 or later have it)";

type MaybeZstd = {
  constants: Record<string, number>;
  createZstdDecompress?: (options: { params: Record<number, number> }) => zlib.Gunzip;
};
