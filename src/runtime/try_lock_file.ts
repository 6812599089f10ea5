import { readFile } from "node:fs/promises";
import { isDeno } from "./is_deno.ts";

/** A lock on a file; closing it gives it back, and so does the end of the process. */
export interface FileLock {
  close(): void;
}

/**
 * Takes the advisory lock on a file if nobody has it, without waiting.
 *
 * @param path A file that exists.
 * @returns The lock; `"busy"` when somebody has it; `undefined` where the runtime has no file locks
 * (Node, Bun).
 * @throws {Error} When the file cannot be opened.
 */
export async function tryLockFile(path: string): Promise<FileLock | "busy" | undefined> {
  if (!isDeno()) return undefined;
  const file: LockableFile = await Deno.open(path);
  try {
    if (file.tryLock !== undefined) {
      if (await file.tryLock(true)) return file;
    } else if (!await isLocked(file)) {
      // Deno before 2.5 can only wait for a lock, which cannot be called off.
      await file.lock(true);
      return file;
    }
  } catch (error) {
    // Some network file systems have no locks: better unprotected than not at all.
    file.close();
    if (error instanceof Deno.errors.NotSupported) return undefined;
    throw error;
  }
  file.close();
  return "busy";
}

type LockableFile = Omit<Deno.FsFile, "tryLock"> & {
  tryLock?: (exclusive: boolean) => Promise<boolean>;
};

/** Looks the file up in Linux' table of locks; elsewhere nobody can tell. */
async function isLocked(file: LockableFile): Promise<boolean> {
  const { ino } = await file.stat();
  const locks = await readFile("/proc/locks", "utf8").catch(() => "");
  return locks.split("\n").some((line) => line.includes(" FLOCK ") && line.includes(`:${ino} `));
}
