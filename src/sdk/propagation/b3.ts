import { type Carrier, getField, setField } from "./carrier.ts";
import type { Propagator } from "./propagator.ts";
import type { TraceContext } from "./trace_context.ts";
import { isSpanId, isTraceId, narrowTraceId, normaliseSpanId } from "./trace_id.ts";

/**
 * B3 in one header: `b3: {trace id}-{span id}-{state}-{parent span id}`, the last two optional, or the
 * state alone. States are `1` (sampled), `0` (denied) and `d` (debug). Trace ids have 16 or 32 digits.
 */
export const b3Single: Propagator = {
  fields: ["b3"],

  inject(context: TraceContext, carrier: Carrier): void {
    const state = context.debug ? "d" : formatSampled(context.sampled);
    if (!isTraceId(context.traceId) || !isSpanId(context.spanId)) {
      if (context.traceId === "" && state !== undefined) setField(carrier, "b3", state);
      return;
    }
    let field = `${context.traceId}-${context.spanId}`;
    if (state !== undefined) {
      field += "-" + state;
      // The parent comes after the state and cannot stand without it.
      if (isSpanId(context.parentId)) field += "-" + context.parentId;
    }
    setField(carrier, "b3", field);
  },

  extract(carrier: Carrier): TraceContext | undefined {
    const field = getField(carrier, "b3") ?? "";
    if (/^[01d]$/.test(field)) return { traceId: "", spanId: "", ...parseState(field) };
    const match = SINGLE.exec(field);
    return match === null
      ? undefined
      : makeContext(match[1], match[2], match[4], parseState(match[3]));
  },
};

/**
 * B3 in several headers: `X-B3-TraceId`, `X-B3-SpanId`, `X-B3-ParentSpanId`, `X-B3-Sampled`, and
 * `X-B3-Flags`, which is `1` for debug.
 */
export const b3Multi: Propagator = {
  fields: ["x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"],

  inject(context: TraceContext, carrier: Carrier): void {
    const hasIds = isTraceId(context.traceId) && isSpanId(context.spanId);
    if (!hasIds && context.traceId !== "") return;
    if (hasIds) {
      setField(carrier, "x-b3-traceid", context.traceId);
      setField(carrier, "x-b3-spanid", context.spanId);
      if (isSpanId(context.parentId)) setField(carrier, "x-b3-parentspanid", context.parentId);
    }
    const sampled = formatSampled(context.sampled);
    // Debug says that it is sampled.
    if (context.debug) setField(carrier, "x-b3-flags", "1");
    else if (sampled !== undefined) setField(carrier, "x-b3-sampled", sampled);
  },

  extract(carrier: Carrier): TraceContext | undefined {
    const flags = getField(carrier, "x-b3-flags");
    const sampled = getField(carrier, "x-b3-sampled");
    const state = flags === "1" ? "d" : sampled === undefined ? undefined : SAMPLED[sampled];
    if (sampled !== undefined && state === undefined) return undefined;
    const traceId = getField(carrier, "x-b3-traceid");
    const spanId = getField(carrier, "x-b3-spanid");
    if (traceId === undefined && spanId === undefined) {
      return state === undefined ? undefined : { traceId: "", spanId: "", ...parseState(state) };
    }
    if (!TRACE_ID.test(traceId ?? "") || !SPAN_ID.test(spanId ?? "")) return undefined;
    const parentId = getField(carrier, "x-b3-parentspanid");
    if (parentId !== undefined && !SPAN_ID.test(parentId)) return undefined;
    return makeContext(traceId as string, spanId as string, parentId, parseState(state));
  },
};

function makeContext(
  traceDigits: string,
  spanDigits: string,
  parentDigits: string | undefined,
  state: Pick<TraceContext, "sampled" | "debug">,
): TraceContext | undefined {
  const traceId = narrowTraceId(traceDigits);
  const spanId = normaliseSpanId(spanDigits);
  if (traceId === undefined || spanId === undefined) return undefined;
  const parentId = parentDigits && normaliseSpanId(parentDigits);
  return parentId ? { traceId, spanId, parentId, ...state } : { traceId, spanId, ...state };
}

function formatSampled(sampled: boolean | undefined): "0" | "1" | undefined {
  return sampled === undefined ? undefined : sampled ? "1" : "0";
}

function parseState(state: string | undefined): Pick<TraceContext, "sampled" | "debug"> {
  if (state === "d") return { sampled: true, debug: true };
  return state === undefined ? {} : { sampled: state === "1" };
}

/** The words are what old tracers write. */
const SAMPLED: { readonly [value: string]: string | undefined } = Object.assign(
  Object.create(null),
  { "1": "1", "0": "0", "true": "1", "false": "0" },
);
const SINGLE = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d])(?:-([0-9a-f]{16}))?)?$/i;
const TRACE_ID = /^(?:[0-9a-f]{16}){1,2}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;
