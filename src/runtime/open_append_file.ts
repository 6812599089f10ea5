import { open } from "node:fs/promises";
import { isDeno } from "./is_deno.ts";

/** What the system knows of a file. */
export interface FileInfo {
  readonly isFile: boolean;
  readonly size: number;
  /** Names that it has; 0 once it has been removed. */
  readonly links: number;
}

/** A file that is appended to. All of its errors have the system's `code`. */
export interface AppendFile {
  /** Appends bytes, maybe not all of them; returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Cuts the file off after this many bytes. */
  truncate(size: number): Promise<void>;
  /** Has the system put what was written on the disk. */
  syncData(): Promise<void>;
  stat(): Promise<FileInfo>;
  close(): Promise<void>;
}

/**
 * Opens a file for appending, creating it if need be.
 *
 * @param mustBeNew Fail with `EEXIST` when there is something at the path.
 * @throws {Error} The system's error with its `code`.
 */
export async function openAppendFile(path: string, mustBeNew = false): Promise<AppendFile> {
  return isDeno() ? await openDeno(path, mustBeNew) : await openNode(path, mustBeNew);
}

/** Deno's own files, because its `node:fs` writes on the thread that runs the program. */
async function openDeno(path: string, mustBeNew: boolean): Promise<AppendFile> {
  const file = await Deno.open(path, { append: true, create: true, createNew: mustBeNew });
  // Deno does one thing at a time with an open file, so that a sync would hold up the writes.
  const forSync = await openSame(file, path);
  return {
    write: (bytes) => file.write(bytes),
    truncate: (size) => file.truncate(size),
    syncData: () => forSync.syncData(),
    async stat(): Promise<FileInfo> {
      const { isFile, size, nlink } = await file.stat();
      return { isFile, size, links: nlink ?? 1 };
    },
    close(): Promise<void> {
      if (forSync !== file) forSync.close();
      return Promise.resolve(file.close());
    },
  };
}

/** Opens a file once more; gives the one that is open when that is a pipe, or the path leads elsewhere now. */
async function openSame(file: Deno.FsFile, path: string): Promise<Deno.FsFile> {
  const own = await file.stat();
  if (!own.isFile) return file;
  const other = await Deno.open(path, { append: true }).catch(() => file);
  const { ino, dev } = await other.stat();
  if (ino === own.ino && dev === own.dev) return other;
  other.close();
  return file;
}

async function openNode(path: string, mustBeNew: boolean): Promise<AppendFile> {
  const handle = await open(path, mustBeNew ? "ax" : "a");
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    truncate: (size) => handle.truncate(size),
    syncData: () => handle.datasync(),
    async stat(): Promise<FileInfo> {
      const info = await handle.stat();
      return { isFile: info.isFile(), size: info.size, links: info.nlink };
    },
    close: () => handle.close(),
  };
}
