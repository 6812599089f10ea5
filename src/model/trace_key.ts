/**
 * What the spans of one trace have in common. An id of 64 bits gets zeros in front where a protocol wants
 * 128, so a trace that passes from go-trace's protocol to OTLP and back has both forms.
 *
 * @returns The id without those zeros.
 */
export function traceKey(traceId: string): string {
  return traceId.length === 32 && traceId.startsWith("0000000000000000")
    ? traceId.slice(16)
    : traceId;
}
