/** The beginning of every header line. Whatever starts a file like this is a recording. */
export const HEADER_PREFIX = '{"trace_recording":';
/** The beginning of every checkpoint line. */
export const CHECKPOINT_PREFIX = '{"checkpoint":';

/** What a checkpoint line says; see docs/architecture.md, "Recordings". */
export interface Checkpoint {
  /** Counts from 1 after each header. */
  sequence: number;
  /** Spans since the header. */
  spans: number;
  /** Of these, spans that never got an end. */
  unfinished: number;
  /** Spans since the header that could not be written. */
  lost: number;
  /** Bytes of lines since the last checkpoint or header. */
  bytes: number;
  /** CRC-32 of these bytes. */
  crc32: number;
}

/** The header line, with its line end. */
export function formatHeader(created: Date, creator: string): string {
  const header = { created: created.toISOString(), creator };
  return `${HEADER_PREFIX}1,${JSON.stringify(header).slice(1)}\n`;
}

/** The checkpoint line, with its line end. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { sequence, spans, unfinished, lost, bytes, crc32 } = checkpoint;
  const hex = crc32.toString(16).padStart(8, "0");
  return `${CHECKPOINT_PREFIX}${sequence},"spans":${spans},"unfinished":${unfinished},` +
    `"lost":${lost},"bytes":${bytes},"crc32":"${hex}"}\n`;
}

/** Reads a checkpoint line; `undefined` when it is damaged. */
export function parseCheckpoint(line: string): Checkpoint | undefined {
  const match = CHECKPOINT.exec(line);
  if (match === null) return undefined;
  const [sequence, spans, unfinished, lost, bytes] = match.slice(1, 6).map(Number);
  return { sequence, spans, unfinished, lost, bytes, crc32: parseInt(match[6], 16) };
}

// As strict as the writer is exact: a checkpoint with a flipped bit must not pass for one.
const CHECKPOINT =
  /^\{"checkpoint":(\d{1,15}),"spans":(\d{1,15}),"unfinished":(\d{1,15}),"lost":(\d{1,15}),"bytes":(\d{1,15}),"crc32":"([0-9a-f]{8})"\}\r?\n?$/;
