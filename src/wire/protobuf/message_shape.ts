import { WireType } from "./protobuf_reader.ts";

/**
 * What a field of one value holds. In protobuf's JSON form `bytes` is base64; `hex` is OTLP's notation
 * for those of its bytes that are ids.
 */
export type ScalarType =
  | "string"
  | "bytes"
  | "hex"
  | "bool"
  | "int64"
  | "uint32"
  | "fixed32"
  | "fixed64"
  | "double";

/** A field of a message. */
export interface MessageField {
  readonly number: number;
  /** In snake_case. */
  readonly name: string;
  /** An enum is its words in the order of their numbers. */
  readonly type: ScalarType | readonly string[] | MessageShape;
  /** The type when it is a message. */
  readonly shape: MessageShape | undefined;
  readonly isRepeated: boolean;
  readonly wireType: number;
}

/** The fields of a message that somebody reads; all others are passed over. */
export class MessageShape {
  /** By number; shorter than the highest number of all. */
  readonly byNumber: (MessageField | undefined)[] = [];
  /** By name, in snake_case and in lowerCamelCase. */
  readonly byName: Map<string, MessageField> = new Map();

  /** Adds a field that comes at most once. */
  one(number: number, name: string, type: MessageField["type"]): this {
    return this.#add(number, name, type, false);
  }

  /** Adds a field that comes any number of times. */
  many(number: number, name: string, type: MessageField["type"]): this {
    return this.#add(number, name, type, true);
  }

  #add(number: number, name: string, type: MessageField["type"], isRepeated: boolean): this {
    const shape = type instanceof MessageShape ? type : undefined;
    const wireType = typeof type === "string"
      ? WIRE_TYPES[type]
      : shape !== undefined
      ? WireType.length
      : WireType.varint;
    const field = { number, name, type, shape, isRepeated, wireType };
    while (this.byNumber.length < number) this.byNumber.push(undefined);
    this.byNumber[number] = field;
    this.byName.set(name, field);
    this.byName.set(name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), field);
    return this;
  }
}

const WIRE_TYPES: Readonly<Record<ScalarType, number>> = {
  string: WireType.length,
  bytes: WireType.length,
  hex: WireType.length,
  bool: WireType.varint,
  int64: WireType.varint,
  uint32: WireType.varint,
  fixed32: WireType.fixed32,
  fixed64: WireType.fixed64,
  double: WireType.fixed64,
};
