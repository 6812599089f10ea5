import * as zlib from "node:zlib";
import { promisify } from "node:util";
import { NO_ZSTD } from "../runtime/decompress.ts";

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
  if (zstdCompress === undefined) throw new Error(`${NO_ZSTD}; use .gz`);
  return promisify(zstdCompress);
}

const GZIP_MAGIC = [0x1f, 0x8b];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Span lines at level 3 shrink to 1/20 at 1 GB/s; level 6 needs twice the time for a tenth less. */
const GZIP_LEVEL = 3;

type MaybeZstd = {
  zstdCompress?: (
    bytes: Uint8Array,
    callback: (error: Error | null, result: Uint8Array) => void,
  ) => void;
};

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}
