import { errorCode } from "../runtime/error_code.ts";

/** The reason under which spans are counted that a failed write has lost. */
export function lossReason(error: unknown): string {
  return LOSS_REASONS[errorCode(error)] ?? "write_failed";
}

/** What failed, in words, with the system's code. */
export function describeWriteError(error: unknown): string {
  const code = errorCode(error);
  if (code in WORDS) return `${WORDS[code]} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

const LOSS_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
  EFBIG: "file_too_large",
  EIO: "io_error",
  EPIPE: "closed_pipe",
};

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would become too large",
  EIO: "the disk reports an error",
  EPIPE: "nobody reads the pipe any more",
};
