import { open } from "node:fs/promises";
import { errorCode } from "../runtime/error_code.ts";
import { type Compression, compressionOfPath } from "./_compression.ts";
import { HEADER_PREFIX } from "./_control_line.ts";
import { numberedPath } from "./_numbered_path.ts";
import { isEndProven } from "./_proven_end.ts";
import { RecordingFile } from "./_recording_file.ts";
import { openRecording } from "./open_recording.ts";

/**
 * Opens the file that a recording goes to, so that nothing that is there gets lost.
 *
 * @returns The file at `path` when it is new, empty, or a recording whose end is proven; a new file
 * beside it when it is a recording whose end is not.
 * @throws {Error} When there is anything else at the path; the message says what to do.
 */
export async function openTarget(
  path: string,
  onNotice: (message: string) => void,
): Promise<RecordingFile> {
  let file: RecordingFile;
  try {
    file = await RecordingFile.open(path);
  } catch (error) {
    throw openError(path, error);
  }
  if (!file.isRegular || file.size === 0) return file;
  let state: "clean" | "damaged" | "foreign";
  try {
    state = await inspect(path, compressionOfPath(path));
  } catch (error) {
    await file.close();
    throw openError(path, error);
  }
  if (state === "clean") return file;
  await file.close();
  if (state === "foreign") {
    throw new Error(
      `Cannot record to "${path}": there is a file that is not a recording; choose another --out`,
    );
  }
  const beside = await openBeside(path);
  onNotice(
    `The end of "${path}" is damaged or was never checked; it stays as it is, recording to "${beside.path}"`,
  );
  return beside;
}

/** Opens a new file at the next free number beside `path`. */
export async function openBeside(path: string, from = 1): Promise<RecordingFile> {
  for (let number = from;; number++) {
    const candidate = numberedPath(path, number);
    try {
      return await RecordingFile.open(candidate, true);
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw openError(candidate, error);
    }
  }
}

async function inspect(
  path: string,
  compression: Compression | undefined,
): Promise<"clean" | "damaged" | "foreign"> {
  if (compression !== undefined) {
    const opened = await openRecording(path).catch(() => undefined);
    if (opened?.format !== "recording" || opened.compression !== compression) return "foreign";
    const recording = opened.read();
    for await (const _section of recording) { /* Only the report counts. */ }
    return recording.report.isComplete ? "clean" : "damaged";
  }
  const handle = await open(path, "r");
  try {
    const start = new Uint8Array(HEADER_PREFIX.length);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    const text = new TextDecoder().decode(start.subarray(0, bytesRead));
    // A file that holds part of a header and nothing else was cut while it was begun.
    if (!HEADER_PREFIX.startsWith(text)) return "foreign";
    return await isEndProven(handle) ? "clean" : "damaged";
  } finally {
    await handle.close();
  }
}

function openError(path: string, error: unknown): Error {
  const code = errorCode(error);
  const reason = code === "EBUSY"
    ? "it is being recorded by another trace; choose another --out"
    : code === "EISDIR"
    ? "it is a folder; name a file in it"
    : code === "ENOENT"
    ? "its folder does not exist; create it, or choose another --out"
    : error instanceof Error
    ? error.message
    : String(error);
  return new Error(`Cannot record to "${path}": ${reason}`, { cause: error });
}
