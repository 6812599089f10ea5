import { link, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CommandError } from "./command_error.ts";

/** A file that appears at its path when all of it is written, or not at all. */
export interface ReplacedFile extends AsyncDisposable {
  /** Writes at the end. */
  write(data: string | Uint8Array): Promise<void>;
  /** Puts the file in its place. Without this, disposing leaves nothing behind. */
  commit(): Promise<void>;
}

/**
 * Starts to write a file: under another name in the same folder until `commit`.
 *
 * @param path Where the file is to be.
 * @param options With `force`, a regular file that is there is replaced.
 * @throws {CommandError} When something is there already, or the folder cannot be written to.
 */
export async function replaceFile(
  path: string,
  options: { readonly force?: boolean } = {},
): Promise<ReplacedFile> {
  const target = await checkTarget(path, options.force ?? false);
  const temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}.tmp`);
  const file = await open(temporary, "wx").catch((error: Error) => {
    throw new CommandError(`Cannot write "${path}": ${error.message}; choose another --out`);
  });
  let isOpen = true;
  async function close(): Promise<void> {
    if (isOpen) await file.close();
    isOpen = false;
  }
  return {
    async write(data): Promise<void> {
      await file.writeFile(data).catch((error: Error) => {
        throw new CommandError(`Cannot write "${path}": ${error.message}`);
      });
    },
    async commit(): Promise<void> {
      await file.sync();
      await close();
      if (options.force) await rename(temporary, target);
      else await linkNew(temporary, target, path);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await close();
      await rm(temporary, { force: true });
    },
  };
}

async function checkTarget(path: string, force: boolean): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return path;
  if (!found.isFile()) {
    throw new CommandError(
      `Cannot write "${path}": it is no regular file; choose another --out, or leave it away to write to standard output`,
    );
  }
  if (!force) throw existsError(path);
  // A link stays a link: what it points at is replaced.
  return await realpath(path);
}

/** Like rename, but fails when something has appeared there meanwhile. */
async function linkNew(temporary: string, target: string, path: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw existsError(path);
    // Some file systems have no links.
    await rename(temporary, target);
  }
}

function existsError(path: string): CommandError {
  return new CommandError(
    `Cannot write "${path}": it exists; add --force to replace it, or choose another --out`,
  );
}
