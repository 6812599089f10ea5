/**
 * A 64-bit hash of text as two halves of 32 bits with a sign: FNV-1a from two different bases. It is for
 * ids that have to be the same in every version, not against people who look for collisions.
 */
export function fnvHash(text: string): { readonly high: number; readonly low: number } {
  const bytes = new TextEncoder().encode(text);
  return { high: hash(bytes, OFFSET_BASIS), low: hash(bytes, OFFSET_BASIS ^ -1) };
}

/** Two halves of 32 bits as 16 hexadecimal digits, which are not all zeros, for that stands for no id. */
export function formatHashId(high: number, low: number): string {
  const id = hex(high) + hex(low);
  return id === ZERO_ID ? "f".repeat(16) : id;
}

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const ZERO_ID = "0".repeat(16);

function hash(bytes: Uint8Array, basis: number): number {
  let hash = basis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash;
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
