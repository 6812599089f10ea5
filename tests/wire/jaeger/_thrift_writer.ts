/** A field of a struct, or an item of a list, in Thrift's binary protocol. */
export interface ThriftValue {
  readonly type: number;
  readonly bytes: readonly number[];
}

/** Writes a struct from its fields by their ids. */
export function struct(fields: { readonly [id: number]: ThriftValue }): ThriftValue {
  const bytes = Object.entries(fields).flatMap(([id, { type, bytes }]) => [
    type,
    ...bigEndian(BigInt(id), 2),
    ...bytes,
  ]);
  return { type: 12, bytes: [...bytes, 0] };
}

/** Writes a list; `type` is that of its items when it has none. */
export function list(items: readonly ThriftValue[], type = items[0]?.type ?? 12): ThriftValue {
  const bytes = items.flatMap((item) => item.bytes);
  return { type: 15, bytes: [type, ...bigEndian(BigInt(items.length), 4), ...bytes] };
}

/** Writes text or bytes. */
export function binary(value: string | Uint8Array): ThriftValue {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return { type: 11, bytes: [...bigEndian(BigInt(bytes.length), 4), ...bytes] };
}

export function bool(value: boolean): ThriftValue {
  return { type: 2, bytes: [value ? 1 : 0] };
}

export function i32(value: number): ThriftValue {
  return { type: 8, bytes: bigEndian(BigInt(value), 4) };
}

export function i64(value: bigint): ThriftValue {
  return { type: 10, bytes: bigEndian(value, 8) };
}

export function double(value: number): ThriftValue {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return { type: 4, bytes: [...new Uint8Array(view.buffer)] };
}

/** Writes a map of numbers. */
export function map(entries: readonly (readonly [ThriftValue, ThriftValue])[]): ThriftValue {
  const [key, value] = entries[0] ?? [{ type: 0 }, { type: 0 }];
  const bytes = entries.flat().flatMap((each) => each.bytes);
  return {
    type: 13,
    bytes: [key.type, value.type, ...bigEndian(BigInt(entries.length), 4), ...bytes],
  };
}

function bigEndian(value: bigint, length: number): number[] {
  return Array.from(
    { length },
    (_, index) => Number(value >> BigInt(8 * (length - 1 - index)) & 255n),
  );
}
