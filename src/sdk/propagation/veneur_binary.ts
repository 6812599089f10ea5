import { decodeSsfSpan } from "../../wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../wire/ssf/encode_ssf_span.ts";
import { createSsfSpan } from "../../wire/ssf/ssf_span.ts";
import type { TraceContext } from "./trace_context.ts";
import { isSpanId, isTraceId } from "./trace_id.ts";
import { w3c } from "./w3c.ts";

/**
 * Writes a context in veneur's binary format: one SSF span with the ids and, as a tag, the resource. What
 * that has no place for (long trace ids, baggage, the decision to sample) goes along in tags with the names
 * of W3C's headers, which veneur ignores.
 *
 * @param resource What veneur calls the span's resource. @default ""
 * @returns `undefined` when there is nothing to write.
 * @example
 * ```ts
 * import { decodeVeneurBinary, encodeVeneurBinary } from "./veneur_binary.ts";
 *
 * const bytes = encodeVeneurBinary({ traceId: "4bf92f3577b34da6", spanId: "00f067aa0ba902b7" });
 * if (decodeVeneurBinary(bytes)?.spanId !== "00f067aa0ba902b7") throw new Error("changed");
 * ```
 */
export function encodeVeneurBinary(
  context: TraceContext,
  resource = "",
): Uint8Array<ArrayBuffer> | undefined {
  const tags: { [key: string]: string } = Object.create(null);
  w3c.inject(context, tags);
  const hasIds = isTraceId(context.traceId) && isSpanId(context.spanId);
  if (!hasIds) {
    return tags.baggage === undefined ? undefined : encodeSsfSpan(createSsfSpan({ tags }));
  }
  tags.resource = resource;
  return encodeSsfSpan(createSsfSpan({
    traceId: toInt64(context.traceId.slice(-16)),
    id: toInt64(context.spanId),
    parentId: isSpanId(context.parentId) ? toInt64(context.parentId) : 0n,
    tags,
  }));
}

/**
 * Reads veneur's binary format.
 *
 * @param buffer Bytes as a typed array, an `ArrayBuffer` or a list of numbers; of other things comes nothing.
 * @returns `undefined` when these bytes carry no context.
 */
export function decodeVeneurBinary(
  buffer: unknown,
): TraceContext & { readonly resource?: string } | undefined {
  const bytes = toBytes(buffer);
  if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
  try {
    const { traceId, id, parentId, tags } = decodeSsfSpan(bytes);
    const context = w3c.extract({ ...tags });
    const more = {
      ...(parentId === 0n ? {} : { parentId: toDigits(parentId) }),
      ...(tags.resource ? { resource: tags.resource } : {}),
    };
    if (context !== undefined && context.traceId !== "") return { ...context, ...more };
    if (traceId === 0n || id === 0n) return context;
    return { ...context, traceId: toDigits(traceId), spanId: toDigits(id), ...more };
  } catch {
    // Not SSF.
    return undefined;
  }
}

function toInt64(digits: string): bigint {
  return BigInt.asIntN(64, BigInt("0x" + digits));
}

function toDigits(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, "0");
}

function toBytes(buffer: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(buffer)) {
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return Array.isArray(buffer) ? Uint8Array.from(buffer) : undefined;
}

/** More than the longest headers and ids. */
const MAX_BYTES = 64 * 1024;
