import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SNIFF_BYTES, sniffFormat } from "../recording/sniff_format.ts";

/** A file that can be viewed. */
export interface FoundRecording {
  readonly path: string;
  readonly byteLength: number;
  readonly changedMs: number;
  /** Of a recording of our own that was closed. */
  readonly spanCount: number | undefined;
}

/** So many files of a folder are looked into, those changed last. */
const MAX_FILES = 200;
/** Formats of bytes are left out: files of other programs pass for them now and then. */
const TEXT_FORMATS: ReadonlySet<string> = new Set([
  "recording",
  "span-lines",
  "event-lines",
  "otlp-json",
  "zipkin-json",
  "zipkin-json-lines",
  "jaeger-json",
  "jaeger-json-lines",
  "chrome-json",
  "chrome-json-lines",
]);
/** Files whose content would have to be unpacked first go by their names. */
const PACKED_NAME = /\.jsonl\.(gz|zst)$/;

/** The trace files of a folder, those changed last first; none of its subfolders. */
export async function listRecordings(folder: string): Promise<FoundRecording[]> {
  const names = await readdir(folder).catch(() => []);
  const files: FoundRecording[] = [];
  for (const path of names.map((name) => join(folder, name))) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile() || found.size === 0) continue;
    files.push({ path, byteLength: found.size, changedMs: found.mtimeMs, spanCount: undefined });
  }
  files.sort((a, b) => b.changedMs - a.changedMs);
  const recordings: FoundRecording[] = [];
  for (const file of files.slice(0, MAX_FILES)) {
    const spanCount = await lookInto(file).catch(() => undefined);
    if (spanCount !== undefined) recordings.push({ ...file, ...spanCount });
  }
  return recordings;
}

/** `undefined` when it is no trace file. */
async function lookInto(
  { path, byteLength }: FoundRecording,
): Promise<{ spanCount: number | undefined } | undefined> {
  if (PACKED_NAME.test(path)) return { spanCount: undefined };
  const file = await open(path);
  try {
    const start = new Uint8Array(Math.min(byteLength, SNIFF_BYTES));
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const format = sniffFormat(start.subarray(0, bytesRead));
    if (format === undefined || !TEXT_FORMATS.has(format)) return undefined;
    const end = new Uint8Array(Math.min(byteLength, CHECKPOINT_BYTES));
    await file.read(end, 0, end.length, byteLength - end.length);
    const checkpoint = /\n\{"checkpoint":\d+,"spans":(\d{1,15}),[^\n]*\}\n$/
      .exec(new TextDecoder().decode(end));
    return { spanCount: checkpoint === null ? undefined : Number(checkpoint[1]) };
  } finally {
    await file.close();
  }
}

/** More than a checkpoint's line has. */
const CHECKPOINT_BYTES = 512;
