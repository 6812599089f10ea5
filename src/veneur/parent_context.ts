import type { TraceContext } from "../sdk/propagation/trace_context.ts";

/** veneur's ids in the form of a propagator's context: 16 lower-case hex digits. */
export function formatSsfId(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, "0");
}

/**
 * veneur's ids of a context that a propagator extracted: of a trace id of 128 bits, the lower half.
 *
 * @returns `undefined` when it names no span.
 */
export function parseContextIds(
  context: TraceContext,
): { readonly traceId: bigint; readonly spanId: bigint } | undefined {
  const traceId = parseId(context.traceId);
  const spanId = parseId(context.spanId);
  return traceId === 0n || spanId === 0n ? undefined : { traceId, spanId };
}

/** 0 for what is no id. */
function parseId(digits: unknown): bigint {
  if (typeof digits !== "string" || !/^[0-9a-f]{1,32}$/i.test(digits)) return 0n;
  return BigInt.asIntN(64, BigInt("0x" + digits));
}
