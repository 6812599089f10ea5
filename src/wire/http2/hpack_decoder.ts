import { Buffer } from "node:buffer";
import { DecodeError } from "../decode_error.ts";
import { decodeHuffman } from "./_decode_huffman.ts";
import { STATIC_TABLE } from "./_static_table.ts";
import type { HeaderField } from "./header_field.ts";

/** The header fields of one block. */
export interface HeaderList {
  readonly fields: readonly HeaderField[];
  /** Whether there were more than may be kept: the rest of them is missing. */
  readonly isTooLong: boolean;
}

/** Options of {@linkcode HpackDecoder}. */
export interface HpackDecoderOptions {
  /** Bytes of the dynamic table, as RFC 7541 counts them in section 4.1. @default 4,096 */
  maxTableBytes?: number;
  /** Bytes of the fields of one block, each with 32 more. @default 16 KiB */
  maxListBytes?: number;
}

/** Decodes the header blocks of one direction of a connection, in their order. See RFC 7541. */
export class HpackDecoder {
  readonly #maxTableBytes: number;
  readonly #maxListBytes: number;
  /** The newest first. */
  readonly #table: HeaderField[] = [];
  #tableBytes = 0;
  /** What the sender has chosen the table to have. */
  #tableLimit: number;
  #block: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(options: HpackDecoderOptions = {}) {
    this.#maxTableBytes = options.maxTableBytes ?? 4096;
    this.#maxListBytes = options.maxListBytes ?? 16 * 1024;
    this.#tableLimit = this.#maxTableBytes;
  }

  /**
   * Decodes one block. One that is too long is decoded, too: blocks behind it depend on it.
   *
   * @throws {DecodeError} When it is bad; no other block can be decoded then.
   */
  decode(block: Uint8Array): HeaderList {
    this.#block = block;
    this.#at = 0;
    const fields: HeaderField[] = [];
    let bytes = 0;
    let hasField = false;
    while (this.#at < block.length) {
      const first = block[this.#at];
      if ((first & 0xe0) === 0x20) {
        if (hasField) throw this.#bad("A table size comes behind a field");
        this.#resize(this.#integer(5));
        continue;
      }
      hasField = true;
      const field = this.#field(first);
      bytes += sizeOf(field);
      if (bytes <= this.#maxListBytes) fields.push(field);
    }
    return { fields, isTooLong: bytes > this.#maxListBytes };
  }

  #field(first: number): HeaderField {
    if ((first & 0x80) !== 0) return this.#entry(this.#integer(7));
    const isKept = (first & 0x40) !== 0;
    const index = this.#integer(isKept ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#entry(index).name;
    const field = { name, value: this.#string() };
    if (isKept) this.#add(field);
    return field;
  }

  #entry(index: number): HeaderField {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#table[index - STATIC_TABLE.length - 1];
    if (field === undefined) throw this.#bad(`There is no field ${index}`);
    return field;
  }

  #add(field: HeaderField): void {
    const size = sizeOf(field);
    this.#evict(this.#tableLimit - size);
    if (size > this.#tableLimit) return;
    this.#table.unshift(field);
    this.#tableBytes += size;
  }

  #resize(bytes: number): void {
    if (bytes > this.#maxTableBytes) {
      throw this.#bad(
        `A table of ${bytes} bytes is wanted, and ${this.#maxTableBytes} are allowed`,
      );
    }
    this.#tableLimit = bytes;
    this.#evict(bytes);
  }

  #evict(limit: number): void {
    while (this.#tableBytes > limit && this.#table.length > 0) {
      this.#tableBytes -= sizeOf(this.#table.pop() as HeaderField);
    }
  }

  /** Reads an integer whose first bits are the last `prefix` of a byte. */
  #integer(prefix: number): number {
    const mask = (1 << prefix) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_SHIFT; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.#bad("An integer is too large");
  }

  #string(): string {
    if (this.#at >= this.#block.length) throw this.#bad("A block is cut");
    const isPacked = (this.#block[this.#at] & 0x80) !== 0;
    const length = this.#integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw this.#bad("A block is cut");
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    if (isPacked) return decodeHuffman(bytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1");
  }

  #byte(): number {
    if (this.#at >= this.#block.length) throw this.#bad("A block is cut");
    return this.#block[this.#at++];
  }

  #bad(message: string): DecodeError {
    return new DecodeError(message, this.#at);
  }
}

function sizeOf({ name, value }: HeaderField): number {
  return name.length + value.length + ENTRY_BYTES;
}

/** What each field counts beside its name and value. */
const ENTRY_BYTES = 32;
/** Integers up to 2^28 and a bit: more than any that is allowed. */
const MAX_SHIFT = 21;
