/**
 * A number, not 0, that stands for a span's identity: 53 bits of hash, so that among the spans of one
 * moment two different ones never meet in practice.
 */
export function spanHash(traceId: string, spanId: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9 ^ traceId.length;
  for (let i = 0; i < traceId.length; i++) {
    const code = traceId.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) + (b >>> 15);
  }
  for (let i = 0; i < spanId.length; i++) {
    const code = spanId.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) + (b >>> 15);
  }
  return (a >>> 0) * 0x200000 + ((b >>> 11) & 0x1fffff) || 1;
}
