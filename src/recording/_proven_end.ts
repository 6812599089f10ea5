import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { HEADER_PREFIX, parseCheckpoint } from "./_control_line.ts";

/**
 * Whether a recording ends with a header, or with a checkpoint that holds for the lines before it.
 * Reads the last section only.
 */
export async function isEndProven(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  const tailFrom = Math.max(0, size - LONGEST_CONTROL_LINE);
  const tail = await readRange(handle, tailFrom, size);
  if (tail.at(-1) !== LINE_FEED) return false;
  const lineFrom = tail.lastIndexOf(LINE_FEED, tail.length - 2) + 1;
  if (lineFrom === 0 && tailFrom > 0) return false;
  const line = new TextDecoder().decode(tail.subarray(lineFrom));
  if (line.startsWith(HEADER_PREFIX)) return true;
  const checkpoint = parseCheckpoint(line);
  if (checkpoint === undefined) return false;
  const to = tailFrom + lineFrom;
  const from = to - checkpoint.bytes;
  if (from < 1 || (await readRange(handle, from - 1, from))[0] !== LINE_FEED) return false;
  let crc = 0;
  for (let at = from; at < to; at += BLOCK_BYTES) {
    crc = crc32(await readRange(handle, at, Math.min(to, at + BLOCK_BYTES)), crc);
  }
  return crc === checkpoint.crc32;
}

/** Header lines are the longest; their `creator` is free text, but nobody writes a novel there. */
const LONGEST_CONTROL_LINE = 64 * 1024;
const BLOCK_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

async function readRange(handle: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(to - from);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}
