import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CommandError } from "./command_error.ts";

/** Reads any part of a file, from blocks of it that are kept for a while. */
export class BlockReader implements Disposable {
  readonly #path: string;
  #descriptor: number | undefined;
  #inode: number | undefined;
  /** By their numbers, the one used last at the end. */
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads a part of the file.
   *
   * @returns The bytes, valid until the next are asked for.
   * @throws {CommandError} When the file is another one than before, or has become shorter.
   */
  read(offset: number, length: number): Uint8Array {
    const number = Math.floor(offset / BLOCK_BYTES);
    const from = offset - number * BLOCK_BYTES;
    // What lies in several blocks is mostly too large to be worth keeping.
    const bytes = from + length <= BLOCK_BYTES
      ? this.#block(number).subarray(from, from + length)
      : this.#read(offset, length);
    if (bytes.length < length) throw this.#changedError();
    return bytes;
  }

  /** Closes the file, until it is read again. */
  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#blocks.clear();
  }

  #block(number: number): Uint8Array {
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = this.#read(number * BLOCK_BYTES, BLOCK_BYTES);
      if (this.#blocks.size >= MAX_BLOCKS) {
        const [oldest] = this.#blocks.keys();
        this.#blocks.delete(oldest);
      }
    } else {
      this.#blocks.delete(number);
    }
    this.#blocks.set(number, block);
    return block;
  }

  #read(offset: number, length: number): Uint8Array {
    this.#descriptor ??= this.#open();
    const bytes = new Uint8Array(length);
    let count = 0;
    while (count < length) {
      const read = readSync(this.#descriptor, bytes, count, length - count, offset + count);
      if (read === 0) break;
      count += read;
    }
    return bytes.subarray(0, count);
  }

  #open(): number {
    const descriptor = openSync(this.#path, "r");
    const { ino } = fstatSync(descriptor);
    this.#inode ??= ino;
    if (ino === this.#inode) return descriptor;
    closeSync(descriptor);
    throw this.#changedError();
  }

  #changedError(): CommandError {
    return new CommandError(`"${this.#path}" has changed while it was read; try again`);
  }
}

const BLOCK_BYTES = 128 * 1024;
/** The lines of a trace stand among those of the traces that ran with it: together 8 MiB are kept. */
const MAX_BLOCKS = 64;
