import { DecodeError } from "../decode_error.ts";

/** How a field's value is laid out; groups are only ever skipped. */
export const WireType = {
  varint: 0,
  fixed64: 1,
  length: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
};

/** Text in a message that is no UTF-8, told apart because receivers count it apart. */
export class InvalidUtf8Error extends DecodeError {}

/**
 * Reads the fields of one protobuf message, one after another, and of the messages inside it. It
 * never looks beyond the bytes it was given and allocates nothing by a length that a sender claims.
 *
 * `next` finds a field; then exactly one of the other methods reads or skips its value. All of them
 * throw {@linkcode DecodeError}, with the offset in the bytes at which reading began.
 */
export class ProtobufReader {
  /** The number of the field that `next` found. */
  field = 0;
  /** Where the value that `readRange` found begins in the bytes. */
  from = 0;
  /** One past its end. */
  to = 0;
  /** The lower 32 bits of the number that `readHalves` found, as a signed integer. */
  low = 0;
  /** Its upper 32 bits, likewise. */
  high = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #end: number;
  #wireType = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length;
  }

  /** Where the reading is, in bytes. */
  get offset(): number {
    return this.#at;
  }

  /** Where the message that is being read ends. */
  get end(): number {
    return this.#end;
  }

  /** Goes to a field that was met before, at an `offset` before `next`, in a message that ends at `end`. */
  moveTo(offset: number, end: number): void {
    this.#at = offset;
    this.#end = end;
  }

  /** Finds the next field; `false` at the end of the message. */
  next(): boolean {
    const at = this.#at;
    if (at === this.#end) return false;
    const byte = this.#bytes[at];
    if (byte < 0x80 && byte >= 8) {
      // Nearly all tags have one byte.
      this.#at = at + 1;
      this.field = byte >>> 3;
      this.#wireType = byte & 7;
      return true;
    }
    this.#readVarint();
    const tag = this.low >>> 0;
    this.field = tag >>> 3;
    this.#wireType = tag & 7;
    if (this.high !== 0 || this.field === 0) {
      throw new DecodeError("Field number is not valid", at);
    }
    return true;
  }

  /** Finds the next field and says whether it is a certain one. */
  nextIs(field: number): boolean {
    return this.next() && this.field === field;
  }

  /** Reads a 64-bit signed integer. */
  readInt64(): bigint {
    this.#expect(WireType.varint);
    this.#readVarint();
    // Most flags and counters fit into 31 bits, for which no scratch memory is needed.
    if (this.high === 0 && this.low >= 0) return BigInt(this.low);
    SCRATCH.setInt32(0, this.low, true);
    SCRATCH.setInt32(4, this.high, true);
    return SCRATCH.getBigInt64(0, true);
  }

  /** Reads a 64-bit integer of variable length into `low` and `high`. */
  readHalves(): void {
    this.#expect(WireType.varint);
    this.#readVarint();
  }

  /** Reads a 64-bit integer of 8 bytes into `low` and `high`. */
  readFixedHalves(): void {
    this.#expect(WireType.fixed64);
    const at = this.#take(8);
    this.low = this.#view.getInt32(at, true);
    this.high = this.#view.getInt32(at + 4, true);
  }

  /** Reads a 64-bit unsigned integer of 8 bytes. */
  readFixed64(): bigint {
    this.#expect(WireType.fixed64);
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** Reads a 32-bit unsigned integer of 4 bytes. */
  readFixed32(): number {
    this.#expect(WireType.fixed32);
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Reads a 64-bit floating-point number. */
  readDouble(): number {
    this.#expect(WireType.fixed64);
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** Reads a 32-bit signed integer or an enum; as everywhere, higher bits are cut off. */
  readInt32(): number {
    this.#expect(WireType.varint);
    this.#readVarint();
    return this.low;
  }

  /** Reads a flag. */
  readBool(): boolean {
    this.#expect(WireType.varint);
    this.#readVarint();
    return this.low !== 0 || this.high !== 0;
  }

  /** Reads a 32-bit floating-point number. */
  readFloat(): number {
    this.#expect(WireType.fixed32);
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** Reads bytes, as a copy. */
  readBytes(): Uint8Array<ArrayBuffer> {
    this.readRange();
    return this.#bytes.slice(this.from, this.to) as Uint8Array<ArrayBuffer>;
  }

  /** Finds the bytes of a value that has a length, from `from` to `to`. */
  readRange(): void {
    this.#expect(WireType.length);
    this.from = this.#take(this.#readLength());
    this.to = this.#at;
  }

  /** Reads text. */
  readString(): string {
    this.#expect(WireType.length);
    const length = this.#readLength();
    const from = this.#take(length);
    if (length <= SHORT_TEXT_BYTES) {
      // The decoder's call costs more than a short name.
      let text = "";
      let at = from;
      for (; at < this.#at; at++) {
        const byte = this.#bytes[at];
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (at === this.#at) return text;
    }
    try {
      return UTF8.decode(this.#bytes.subarray(from, this.#at));
    } catch {
      throw new InvalidUtf8Error(`Text of field ${this.field} is not UTF-8`, from);
    }
  }

  /**
   * Enters the message that is the field's value: `next` now ends where it ends.
   *
   * @returns What {@linkcode ProtobufReader.leave} needs.
   */
  enter(): number {
    this.#expect(WireType.length);
    const length = this.#readLength();
    const outerEnd = this.#end;
    this.#require(length);
    this.#end = this.#at + length;
    return outerEnd;
  }

  /** Goes on behind the message that was entered, once `next` has found its end. */
  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Skips the field's value, whatever it is. */
  skip(): void {
    if (this.#wireType === WireType.groupStart) this.#skipGroup();
    else this.#skipValue();
  }

  /** Skips the field's value, which must be laid out as a {@linkcode WireType} says. */
  skipAs(wireType: number): void {
    this.#expect(wireType);
    this.#skipValue();
  }

  #skipValue(): void {
    switch (this.#wireType) {
      case WireType.varint:
        return this.#readVarint();
      case WireType.fixed64:
        return void this.#take(8);
      case WireType.length:
        return void this.#take(this.#readLength());
      case WireType.fixed32:
        return void this.#take(4);
      default:
        throw new DecodeError(
          `Field ${this.field} has no such wire type as ${this.#wireType}`,
          this.#at,
        );
    }
  }

  /** Groups are obsolete, but a message may still hold one in a field that nobody knows. */
  #skipGroup(): void {
    const at = this.#at;
    const open = [this.field];
    while (open.length > 0) {
      if (open.length > MAX_GROUP_DEPTH) throw new DecodeError("Groups are nested too deep", at);
      if (!this.next()) throw new DecodeError(`Group ${open[0]} does not end`, at);
      if (this.#wireType === WireType.groupStart) open.push(this.field);
      else if (this.#wireType !== WireType.groupEnd) this.#skipValue();
      else if (open.pop() !== this.field) {
        throw new DecodeError(`Group ${this.field} ends but is not open`, this.#at);
      }
    }
  }

  #expect(wireType: number): void {
    if (this.#wireType === wireType) return;
    throw new DecodeError(
      `Field ${this.field} has wire type ${this.#wireType}, expected ${wireType}`,
      this.#at,
    );
  }

  #require(length: number): void {
    if (length <= this.#end - this.#at) return;
    throw new DecodeError(
      `Field ${this.field} wants ${length} bytes where ${this.#end - this.#at} are left`,
      this.#at,
    );
  }

  /** Goes past some bytes and returns where they begin. */
  #take(length: number): number {
    this.#require(length);
    const from = this.#at;
    this.#at += length;
    return from;
  }

  #readLength(): number {
    const at = this.#at;
    if (at < this.#end && this.#bytes[at] < 0x80) {
      this.#at = at + 1;
      return this.#bytes[at];
    }
    this.#readVarint();
    if (this.high !== 0) throw new DecodeError(`Length of field ${this.field} is not valid`, at);
    return this.low >>> 0;
  }

  /** Reads up to ten groups of seven bits, the lowest first, into two halves of 32 bits. */
  #readVarint(): void {
    const bytes = this.#bytes;
    const from = this.#at;
    let low = 0;
    let high = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const at = from + index;
      if (at >= this.#end) throw new DecodeError("Message ends inside a number", at);
      const byte = bytes[at];
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) {
        if (index === MAX_VARINT_BYTES - 1 && byte > 1) break;
        this.low = low;
        this.high = high;
        this.#at = at + 1;
        return;
      }
    }
    throw new DecodeError("Number has more than 64 bits", from);
  }
}

const SCRATCH = new DataView(new ArrayBuffer(8));
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const MAX_VARINT_BYTES = 10;
const SHORT_TEXT_BYTES = 24;
/** As deep as other implementations go. */
const MAX_GROUP_DEPTH = 100;
