/**
 * Writes the fields of one protobuf message, and of messages inside it, into a buffer that grows. It
 * writes what it is told to, defaults included: leaving those out is the caller's part.
 */
export class ProtobufWriter {
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #at = 0;

  /** Begins anew; a buffer that one huge message needed is let go. */
  reset(): void {
    this.#at = 0;
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  /** A copy of what has been written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at) as Uint8Array<ArrayBuffer>;
  }

  /**
   * Writes a 64-bit signed integer.
   *
   * @throws {RangeError} When the value has more bits.
   */
  writeInt64(field: number, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) {
      throw new RangeError(`Cannot write ${value} as field ${field}: it has more than 64 bits`);
    }
    this.#writeTag(field, 0);
    SCRATCH.setBigInt64(0, value, true);
    this.#writeVarint(SCRATCH.getUint32(0, true), SCRATCH.getUint32(4, true));
  }

  /**
   * Writes a 32-bit signed integer or an enum.
   *
   * @throws {RangeError} When the value is no such integer.
   */
  writeInt32(field: number, value: number): void {
    if ((value | 0) !== value) {
      throw new RangeError(`Cannot write ${value} as field ${field}: it is no 32-bit integer`);
    }
    this.#writeTag(field, 0);
    // Negative numbers are written with 64 bits, so that a reader may take them for an int64.
    this.#writeVarint(value >>> 0, value < 0 ? 0xffffffff : 0);
  }

  /** Writes a flag. */
  writeBool(field: number, value: boolean): void {
    this.#writeTag(field, 0);
    this.#writeVarint(value ? 1 : 0, 0);
  }

  /** Writes a number rounded to 32 bits of floating point. */
  writeFloat(field: number, value: number): void {
    this.#writeTag(field, 5);
    SCRATCH.setFloat32(0, value, true);
    this.#writeScratch(4);
  }

  /** Writes a 32-bit integer in 4 bytes; of a wider one the lower 32 bits. */
  writeFixed32(field: number, value: number): void {
    this.#writeTag(field, 5);
    SCRATCH.setUint32(0, value, true);
    this.#writeScratch(4);
  }

  /** Writes a 64-bit integer in 8 bytes; of a wider one the lower 64 bits. */
  writeFixed64(field: number, value: bigint): void {
    this.#writeTag(field, 1);
    SCRATCH.setBigUint64(0, value, true);
    this.#writeScratch(8);
  }

  /** Writes a number with all its bits. */
  writeDouble(field: number, value: number): void {
    this.#writeTag(field, 1);
    SCRATCH.setFloat64(0, value, true);
    this.#writeScratch(8);
  }

  /** Writes bytes. */
  writeBytes(field: number, value: Uint8Array): void {
    this.#writeTag(field, 2);
    this.#writeVarint(value.length, 0);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Writes the bytes that hexadecimal digits stand for, two each; the letters are lower-case. */
  writeHex(field: number, digits: string): void {
    const length = digits.length >> 1;
    this.#writeTag(field, 2);
    this.#writeVarint(length, 0);
    this.#reserve(length);
    const bytes = this.#bytes;
    const at = this.#at;
    for (let index = 0; index < length; index++) {
      bytes[at + index] = hexDigit(digits.charCodeAt(2 * index)) << 4 |
        hexDigit(digits.charCodeAt(2 * index + 1));
    }
    this.#at = at + length;
  }

  /** Writes text; half of a surrogate pair becomes U+FFFD. */
  writeString(field: number, value: string): void {
    const start = this.begin(field);
    this.#reserve(value.length * 3);
    if (value.length <= SHORT_TEXT_LENGTH) {
      // The encoder's call costs more than a short name.
      let at = this.#at;
      let index = 0;
      for (; index < value.length; index++) {
        const code = value.charCodeAt(index);
        if (code >= 0x80) break;
        this.#bytes[at++] = code;
      }
      if (index === value.length) {
        this.#at = at;
        return this.end(start);
      }
    }
    this.#at += UTF8.encodeInto(value, this.#bytes.subarray(this.#at)).written;
    this.end(start);
  }

  /**
   * Begins a field whose value has a length: fields written from now on belong to the message inside
   * it, until {@linkcode ProtobufWriter.end} gets what this returned.
   */
  begin(field: number): number {
    this.#writeTag(field, 2);
    this.#reserve(1);
    // Room for a length below 128, which nearly all are.
    return ++this.#at;
  }

  /** Ends the value that began at `start`. */
  end(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const extra = length < 1 << 14 ? 1 : length < 1 << 21 ? 2 : length < 1 << 28 ? 3 : 4;
    this.#reserve(extra);
    this.#bytes.copyWithin(start + extra, start, this.#at);
    this.#at = start - 1;
    this.#writeVarint(length, 0);
    this.#at += length;
  }

  #writeScratch(length: number): void {
    this.#reserve(length);
    for (let index = 0; index < length; index++) this.#bytes[this.#at++] = SCRATCH.getUint8(index);
  }

  #writeTag(field: number, wireType: number): void {
    this.#writeVarint(field << 3 | wireType, 0);
  }

  /** Writes a number given as two halves of 32 bits, both without a sign. */
  #writeVarint(low: number, high: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    const bytes = this.#bytes;
    let at = this.#at;
    while (high !== 0) {
      bytes[at++] = low & 0x7f | 0x80;
      low = (low >>> 7 | high << 25) >>> 0;
      high >>>= 7;
    }
    for (; low >= 0x80; low >>>= 7) bytes[at++] = low & 0x7f | 0x80;
    bytes[at++] = low;
    this.#at = at;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** The value of a digit, which is lower-case. */
function hexDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}

const SCRATCH = new DataView(new ArrayBuffer(8));
const UTF8 = new TextEncoder();
const INITIAL_BYTES = 1024;
const MAX_KEPT_BYTES = 64 * 1024;
const MAX_VARINT_BYTES = 10;
const SHORT_TEXT_LENGTH = 24;
