import { Buffer } from "node:buffer";
import { STATIC_TABLE } from "./_static_table.ts";
import type { HeaderField } from "./header_field.ts";

/**
 * Encodes header fields such that nothing has to be remembered of them by either side: as entries of the static
 * table, or as literals without indexing. See RFC 7541.
 *
 * @example
 * ```ts
 * import { encodeHeaderBlock } from "./encode_header_block.ts";
 *
 * const block = encodeHeaderBlock([{ name: ":status", value: "200" }]);
 * if (block.length !== 1 || block[0] !== 0x88) throw new Error("wrong");
 * ```
 */
export function encodeHeaderBlock(fields: readonly HeaderField[]): Uint8Array {
  const bytes: number[] = [];
  for (const { name, value } of fields) {
    const whole = STATIC_TABLE.findIndex((entry) => entry.name === name && entry.value === value);
    if (whole >= 0) {
      encodeInteger(bytes, 0x80, 7, whole + 1);
      continue;
    }
    const named = STATIC_TABLE.findIndex((entry) => entry.name === name) + 1;
    encodeInteger(bytes, 0, 4, named);
    if (named === 0) encodeString(bytes, name);
    encodeString(bytes, value);
  }
  return Uint8Array.from(bytes);
}

function encodeInteger(bytes: number[], flags: number, prefix: number, value: number): void {
  const mask = (1 << prefix) - 1;
  if (value < mask) {
    bytes.push(flags | value);
    return;
  }
  bytes.push(flags | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push(rest % 0x80 | 0x80);
  bytes.push(rest);
}

function encodeString(bytes: number[], text: string): void {
  encodeInteger(bytes, 0, 7, text.length);
  for (const byte of Buffer.from(text, "latin1")) bytes.push(byte);
}
