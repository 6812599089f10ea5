import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { WaitingLines } from "../exporters/forwarder.ts";
import type { SpanBatch } from "../model/span_batch.ts";

/**
 * The files in which span lines wait for one receiver, so that a later session can send them:
 *
 * | name                  | what it holds                                                     |
 * | --------------------- | ----------------------------------------------------------------- |
 * | `HASH-PID.jsonl`      | what a session could not send when it ended: for whoever is next  |
 * | `HASH-PID.NAME.spool` | what a session has not sent yet: its own for as long as it runs   |
 *
 * `HASH` is of the receiver's URL. While a receiver takes what it is sent, nothing is written.
 */
export class ForwardSpool {
  readonly #folder: string;
  readonly #prefix: string;
  /** What is in files, by the number of the lines. */
  readonly #files = new Map<number, { readonly path: string; length: number }>();
  #waitedBefore: ReadonlySet<number> = new Set();

  /** @param folder Made when it is needed. */
  constructor(folder: string, url: string) {
    this.#folder = folder;
    this.#prefix = createHash("sha256").update(url).digest("hex").slice(0, 16) + "-";
  }

  /**
   * Takes over what earlier sessions left.
   *
   * @param take Gets the lines; they are this session's from now on.
   * @param waiting What waits then, which is written to files before those of the earlier sessions go.
   */
  async adopt(
    take: (batch: SpanBatch) => void,
    waiting: () => readonly WaitingLines[],
  ): Promise<void> {
    const claimed: string[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      if (!name.startsWith(this.#prefix) || !this.#isLeft(name)) continue;
      // A name that says whose it is: if this session dies too, the next one finds it.
      const path = this.#pathOf(`${name.replace(/\W/g, "_")}.spool`);
      try {
        await rename(join(this.#folder, name), path);
      } catch {
        // Another session was quicker.
        continue;
      }
      claimed.push(path);
      const batch = toBatch(await readFile(path));
      if (batch.spanCount > 0) take(batch);
    }
    if (claimed.length === 0) return;
    await this.#write(waiting());
    for (const path of claimed) await rm(path, { force: true });
  }

  /**
   * Brings the files to what waits now: to be called at intervals. What waited at the last call already is
   * written, what has been sent is removed.
   *
   * @throws {Error} When a file cannot be written.
   */
  async sync(waiting: readonly WaitingLines[]): Promise<void> {
    const numbers = new Set(waiting.map(({ number }) => number));
    await this.#remove((number) => !numbers.has(number));
    const before = this.#waitedBefore;
    this.#waitedBefore = numbers;
    await this.#write(waiting.filter(({ number }) => before.has(number)));
  }

  /** Leaves what could not be sent to the next session; without anything, only removes the files. */
  async close(rest: readonly Uint8Array[]): Promise<void> {
    if (rest.length > 0) {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const path = join(this.#folder, `${this.#prefix}${process.pid}.jsonl`);
      // Under another name until it is whole: another session may be looking for it.
      const unfinished = path + ".part";
      await writeFile(unfinished, Buffer.concat(rest), { mode: 0o600 });
      await rename(unfinished, path);
    }
    await this.#remove(() => true);
  }

  /** Whether a file is nobody's any more. */
  #isLeft(name: string): boolean {
    if (name.endsWith(".jsonl")) return true;
    const pid = /^-(\d+)\..*\.spool$/.exec(name.slice(this.#prefix.length - 1))?.[1];
    return pid !== undefined && Number(pid) !== process.pid && !isRunning(Number(pid));
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${this.#prefix}${process.pid}.${name}`);
  }

  async #write(waiting: readonly WaitingLines[]): Promise<void> {
    for (const { number, lines } of waiting) {
      let file = this.#files.get(number);
      if (file === undefined) {
        await mkdir(this.#folder, { recursive: true, mode: 0o700 });
        this.#files.set(number, file = { path: this.#pathOf(`${number}.spool`), length: 0 });
      }
      if (file.length === lines.length) continue;
      await appendFile(file.path, lines.subarray(file.length), { mode: 0o600 });
      file.length = lines.length;
    }
  }

  async #remove(isGone: (number: number) => boolean): Promise<void> {
    for (const [number, { path }] of this.#files) {
      if (!isGone(number)) continue;
      this.#files.delete(number);
      await rm(path, { force: true });
    }
  }
}

/** The whole lines of a file; a session that was killed may have left half a one. */
function toBatch(bytes: Uint8Array): SpanBatch {
  const lines = bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
  let spanCount = 0;
  for (let at = lines.indexOf(LINE_END); at >= 0; at = lines.indexOf(LINE_END, at + 1)) spanCount++;
  return { lines, spanCount };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const LINE_END = 0x0a;
