import { type AppendFile, openAppendFile } from "../runtime/open_append_file.ts";
import { type FileLock, tryLockFile } from "../runtime/try_lock_file.ts";

/** The file that a writer appends to, with the knowledge of how far it is good. */
export class RecordingFile {
  readonly path: string;
  /** Whether it is a file on a disk, not a pipe or a device, which can neither be cut nor synced. */
  readonly isRegular: boolean;
  readonly #handle: AppendFile;
  #lock: FileLock | undefined;
  #goodSize: number;
  #hasDebris = false;

  private constructor(path: string, handle: AppendFile, isRegular: boolean, size: number) {
    this.path = path;
    this.#handle = handle;
    this.isRegular = isRegular;
    this.#goodSize = size;
  }

  /**
   * Opens a file for appending, creating it if need be, and locks it against other writers.
   *
   * @param mustBeNew Fail when there is something at the path.
   * @throws {Error} The system's error with its `code`; code `EBUSY` when another writer has the file.
   */
  static async open(path: string, mustBeNew = false): Promise<RecordingFile> {
    // Non-blocking would fail for a pipe whose reader is not there yet: waiting for it is right.
    const handle = await openAppendFile(path, mustBeNew);
    try {
      const info = await handle.stat();
      const file = new RecordingFile(path, handle, info.isFile, info.isFile ? info.size : 0);
      if (file.isRegular) {
        const lock = await tryLockFile(path);
        if (lock === "busy") throw Object.assign(new Error("busy"), { code: "EBUSY" });
        file.#lock = lock;
      }
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes up to the end of the last append that succeeded. */
  get size(): number {
    return this.#goodSize;
  }

  /**
   * Whether part of a failed append stays where it cannot be cut off: in a pipe. The next append must
   * begin with a line end then.
   */
  get hasStrayBytes(): boolean {
    return this.#hasDebris && !this.isRegular;
  }

  /**
   * Appends all the bytes; first cuts off what a failed append left.
   *
   * @throws {Error} The system's error with its `code`.
   */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#hasDebris && this.isRegular) await this.#cutBack();
    for (let at = 0; at < bytes.length;) {
      try {
        at += await this.#handle.write(bytes.subarray(at));
      } catch (error) {
        this.#hasDebris ||= this.isRegular || at > 0;
        // Now, so that a reader finds a clean end while the disk stays full.
        if (this.isRegular) await this.#cutBack().catch(() => {});
        throw error;
      }
    }
    this.#hasDebris = false;
    this.#goodSize += bytes.length;
  }

  /** Has the system put what was written on the disk. */
  async sync(): Promise<void> {
    if (this.isRegular) await this.#handle.syncData();
  }

  /** Whether the file has been removed, so that what is written to it will be gone. */
  async isRemoved(): Promise<boolean> {
    return this.isRegular && (await this.#handle.stat()).links === 0;
  }

  async close(): Promise<void> {
    this.#lock?.close();
    this.#lock = undefined;
    await this.#handle.close();
  }

  async #cutBack(): Promise<void> {
    // Only ever shorter: a file that somebody emptied meanwhile must not be filled up with zeros.
    const { size } = await this.#handle.stat();
    if (size > this.#goodSize) await this.#handle.truncate(this.#goodSize);
    else this.#goodSize = size;
    this.#hasDebris = false;
  }
}
