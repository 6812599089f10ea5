import { link, lstat, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { bindUnix } from "../runtime/bind_unix.ts";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import { connectUnix } from "../runtime/connect_unix.ts";
import { isSocketMode } from "../runtime/is_socket_mode.ts";
import { lockFolder } from "../runtime/lock_folder.ts";

/** What the kernel's `sun_path` holds, without its closing zero. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** A Unix stream socket that was bound with care and is removed with care. */
export interface UnixListener extends AsyncDisposable {
  readonly path: string;
  /** Waits for the next connection; `undefined` once the listener is closed. */
  accept(): Promise<ByteConnection | undefined>;
  /**
   * Removes the socket file, if it is still this listener's: nobody new finds it, and those who
   * have connected already can still be accepted.
   */
  withdraw(): Promise<void>;
  /** Stops accepting, and removes the socket file as `withdraw` does. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix stream socket, mode 0600 from birth.
 *
 * Whatever is at the path stays there, unless it is a socket of this user on which nobody listens any
 * more: that is removed, under a lock on its folder.
 *
 * @param path Where to listen; at most {@linkcode MAX_SOCKET_PATH_BYTES} bytes.
 * @throws {Error} When the path is too long, its folder is missing, or something else is there.
 */
export async function listenUnix(path: string): Promise<UnixListener> {
  const byteLength = new TextEncoder().encode(path).length;
  if (byteLength > MAX_SOCKET_PATH_BYTES) {
    throw new Error(
      `Cannot listen on "${path}": the path has ${byteLength} bytes, a Unix socket allows ` +
        `${MAX_SOCKET_PATH_BYTES}; choose a shorter one`,
    );
  }
  const folder = dirname(path);
  const unlock = await lockFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" || error.name === "NotFound"
      ? new Error(`Cannot listen on "${path}": folder "${folder}" does not exist; create it first`)
      : error;
  });
  try {
    await removeStaleSocket(path);
    return await bindAt(path, byteLength);
  } finally {
    await unlock();
  }
}

/** Removes a dead socket of ours at the path; throws when anything else is there. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!isSocketMode(found.mode)) {
    const what = found.isDirectory() ? "a folder" : found.isFile() ? "a file" : "not a socket";
    throw new Error(
      `Cannot listen on "${path}": it is ${what}; choose another path or move it away`,
    );
  }
  if (process.getuid !== undefined && found.uid !== process.getuid()) {
    throw new Error(
      `Cannot listen on "${path}": the socket there belongs to another user; choose another path`,
    );
  }
  if (await isListening(path)) {
    throw new Error(
      `Cannot listen on "${path}": another process is listening there; stop it or choose another path`,
    );
  }
  await rm(path);
}

async function isListening(path: string): Promise<boolean> {
  try {
    (await connectUnix(path)).close();
    return true;
  } catch (error) {
    // Anything but a clear refusal may be a listener that is merely busy.
    return (error as NodeJS.ErrnoException).code !== "ECONNREFUSED";
  }
}

/**
 * Binds under a name of our own and links that to the path. A link never replaces what is there; and
 * Deno, which removes the name it bound when the listener closes, then removes nothing of another's.
 */
async function bindAt(path: string, byteLength: number): Promise<UnixListener> {
  const temporary = temporaryName(path, byteLength);
  const listener = await bindUnix(temporary);
  let own: { dev: number; ino: number };
  try {
    own = await lstat(temporary);
    await link(temporary, path);
  } catch (error) {
    listener.close();
    throw (error as NodeJS.ErrnoException).code === "EEXIST"
      ? new Error(`Cannot listen on "${path}": something has just been put there; try again`)
      : error;
  } finally {
    await rm(temporary, { force: true });
  }
  let withdrawing: Promise<void> | undefined;
  async function removeOwn(): Promise<void> {
    const found = await lstat(path).catch(() => undefined);
    if (found?.ino === own.ino && found.dev === own.dev) await rm(path, { force: true });
  }
  function withdraw(): Promise<void> {
    return withdrawing ??= removeOwn();
  }
  function close(): Promise<void> {
    listener.close();
    return withdraw();
  }
  return {
    path,
    accept: () => listener.accept(),
    withdraw,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Another name in the same folder, of eight characters or as many as still fit into a socket's path. */
function temporaryName(path: string, byteLength: number): string {
  const free = MAX_SOCKET_PATH_BYTES - byteLength;
  const length = Math.min(8, basename(path).length + free);
  for (;;) {
    const random = crypto.getRandomValues(new Uint8Array(length));
    const name = Array.from(random, (byte) => (byte % 36).toString(36)).join("");
    if (name !== basename(path)) return join(dirname(path), name);
  }
}
