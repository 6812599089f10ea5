/**
 * One string for the identity of a span, the pair of its trace id and its span id. The length in
 * front keeps two pairs apart whatever characters the ids hold.
 */
export function spanKey(traceId: string, spanId: string): string {
  return `${traceId.length}:${traceId}${spanId}`;
}
