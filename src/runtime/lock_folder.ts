import { mkdir, rmdir, stat } from "node:fs/promises";
import { isDeno } from "./is_deno.ts";

/**
 * Takes a lock on a folder that other processes of this function respect.
 *
 * @param path The folder.
 * @param timeoutMs How long to wait for another holder. @default 2,000
 * @returns A function that gives the lock back.
 * @throws {Error} When the folder cannot be opened, or the lock is not free in time.
 */
export async function lockFolder(path: string, timeoutMs = 2000): Promise<() => Promise<void>> {
  return isDeno() ? await lockDeno(path, timeoutMs) : await lockNode(path, timeoutMs);
}

async function lockDeno(path: string, timeoutMs: number): Promise<() => Promise<void>> {
  // The kernel gives a lock on an open folder back when its holder dies, and leaves no file behind.
  const folder = await Deno.open(path);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const locking = folder.lock(true);
  const outcome = await Promise.race([
    locking.then(() => "locked" as const),
    new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), timeoutMs);
    }),
  ]);
  clearTimeout(timer);
  if (outcome === "late") {
    locking.then(() => folder.close(), () => folder.close());
    throw lockError(path, timeoutMs);
  }
  return () => Promise.resolve(folder.close());
}

async function lockNode(path: string, timeoutMs: number): Promise<() => Promise<void>> {
  const lock = `${path}/.trace-lock`;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await mkdir(lock);
      return () => rmdir(lock);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const lockedAt = await stat(lock).then((info) => info.mtimeMs, () => Date.now());
    // Binding takes milliseconds: a lock this old belongs to a process that died with it.
    if (Date.now() - lockedAt > STALE_MS) await rmdir(lock).catch(() => {});
    else if (Date.now() > deadline) throw lockError(path, timeoutMs);
    else await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function lockError(path: string, timeoutMs: number): Error {
  return new Error(`Cannot lock folder "${path}": another process has held it for ${timeoutMs} ms`);
}

const STALE_MS = 10_000;
