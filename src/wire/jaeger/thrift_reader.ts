import { DecodeError } from "../decode_error.ts";
import { InvalidUtf8Error } from "../protobuf/protobuf_reader.ts";

/** How a value is laid out in Thrift's binary protocol. */
export const ThriftType = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
} as const;

/**
 * Reads values of Thrift's binary protocol, one after another. It never looks beyond the bytes it was
 * given and allocates nothing by a length that a sender claims; nothing recurses.
 *
 * All methods throw {@linkcode DecodeError} with the offset of what is wrong.
 *
 * Specification: https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
export class ThriftReader {
  /** The id of the field that `next` found. */
  field = 0;
  /** The type of its value. */
  type = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the reading is, in bytes. */
  get offset(): number {
    return this.#at;
  }

  /** Finds the next field of the struct that is being read; `false` at its end. */
  next(): boolean {
    this.type = this.#bytes[this.#take(1)];
    if (this.type === ThriftType.stop) return false;
    this.field = this.readI16();
    return true;
  }

  /** Whether the value of the field has this type; if not, it is skipped. */
  is(type: number): boolean {
    if (this.type === type) return true;
    this.skip();
    return false;
  }

  /** Reads a flag. */
  readBool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  /** Reads a 16-bit signed integer. */
  readI16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  /** Reads a 32-bit signed integer. */
  readI32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  /** Reads a 64-bit signed integer. */
  readI64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  /** Reads a 64-bit floating-point number. */
  readDouble(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** Reads bytes: a view of those given. */
  readBinary(): Uint8Array {
    const length = this.#readLength(1);
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** Reads text. @throws {InvalidUtf8Error} When it is no UTF-8; reading can go on behind it. */
  readString(): string {
    const bytes = this.readBinary();
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new InvalidUtf8Error(`Text of field ${this.field} is not UTF-8`, this.#at);
    }
  }

  /**
   * Reads the beginning of a list.
   *
   * @param type What its items have to be.
   * @returns How many there are; 0 when they are something else, which is skipped.
   */
  readList(type: number): number {
    const at = this.#at;
    const itemType = this.#bytes[this.#take(1)];
    const length = this.#readLength(minBytesOf(itemType, at));
    if (itemType === type || length === 0) return length;
    this.#skipAll([{ types: [itemType], left: length }]);
    return 0;
  }

  /** Skips the field's value, whatever it is. */
  skip(): void {
    this.#skipAll([{ types: [this.type], left: 1 }]);
  }

  /** Skips what is open, the innermost first: a list of values yet to come, or a struct's fields. */
  #skipAll(open: Open[]): void {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if (open.length > MAX_DEPTH) throw new DecodeError("Values are nested too deep", this.#at);
      let type: number;
      if (last.types === undefined) {
        const at = this.#at;
        type = this.#bytes[this.#take(1)];
        if (type === ThriftType.stop) {
          open.pop();
          continue;
        }
        minBytesOf(type, at);
        this.#take(2);
      } else if (last.left === 0) {
        open.pop();
        continue;
      } else {
        type = last.types[last.left % last.types.length];
        last.left--;
      }
      const inner = this.#skipOne(type);
      if (inner !== undefined) open.push(inner);
    }
  }

  /** Goes past a value; of one that holds others, past its beginning. */
  #skipOne(type: number): Open | undefined {
    const at = this.#at;
    switch (type) {
      case ThriftType.string:
        this.readBinary();
        return undefined;
      case ThriftType.struct:
        return { types: undefined, left: 0 };
      case ThriftType.set:
      case ThriftType.list: {
        const itemType = this.#bytes[this.#take(1)];
        return { types: [itemType], left: this.#readLength(minBytesOf(itemType, at)) };
      }
      case ThriftType.map: {
        const keyType = this.#bytes[this.#take(1)];
        const valueType = this.#bytes[this.#take(1)];
        // The types of an empty map may be anything.
        if (this.#peekI32() === 0) return void this.#take(4);
        const left = 2 * this.#readLength(minBytesOf(keyType, at) + minBytesOf(valueType, at));
        // With an even number left it is a key's turn.
        return { types: [keyType, valueType], left };
      }
      default:
        this.#take(minBytesOf(type, at));
        return undefined;
    }
  }

  #peekI32(): number {
    const at = this.#take(4);
    this.#at = at;
    return this.#view.getInt32(at);
  }

  /** Reads a count of items, which have at least so many bytes each. */
  #readLength(minItemBytes: number): number {
    const at = this.#at;
    const length = this.readI32();
    const left = this.#bytes.length - this.#at;
    if (length < 0 || length * minItemBytes > left) {
      throw new DecodeError(`Length is ${length} where ${left} bytes are left`, at);
    }
    return length;
  }

  /** Goes past some bytes and returns where they begin. */
  #take(length: number): number {
    const from = this.#at;
    const left = this.#bytes.length - from;
    if (length > left) {
      throw new DecodeError(`Message ends ${length - left} bytes inside a value`, from);
    }
    this.#at = from + length;
    return from;
  }
}

interface Open {
  /** The types of the values to come, in turn; absent for a struct, where each says its own. */
  readonly types: readonly number[] | undefined;
  left: number;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Far more than the deepest message that anybody sends. */
const MAX_DEPTH = 64;

/** The fewest bytes that a value of a type can have; for numbers and flags all it has. */
function minBytesOf(type: number, at: number): number {
  switch (type) {
    case ThriftType.bool:
    case ThriftType.byte:
    case ThriftType.struct:
      return 1;
    case ThriftType.i16:
      return 2;
    case ThriftType.i32:
    case ThriftType.string:
      return 4;
    case ThriftType.i64:
    case ThriftType.double:
      return 8;
    case ThriftType.set:
    case ThriftType.list:
      return 5;
    case ThriftType.map:
      return 6;
    default:
      throw new DecodeError(`There is no value type ${type}`, at);
  }
}
