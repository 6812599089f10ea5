import { type Carrier, fieldNames, getField, setField } from "./carrier.ts";
import { percentDecode, percentEncode } from "./percent_coding.ts";
import type { Propagator } from "./propagator.ts";
import type { Baggage, BaggageEntry, TraceContext } from "./trace_context.ts";
import { isSpanId, isTraceId, narrowTraceId, normaliseSpanId } from "./trace_id.ts";

/**
 * Jaeger's own format: `uber-trace-id: {trace id}:{span id}:{parent span id}:{flags}`, ids with or
 * without leading zeros, the flags 1 (sampled) and 2 (debug); and a header `uberctx-{key}` for each entry
 * of the baggage. Keys arrive in lower case where HTTP makes them so.
 */
export const jaeger: Propagator = {
  fields: ["uber-trace-id"],

  inject(context: TraceContext, carrier: Carrier): void {
    const { traceId, spanId, parentId, sampled, debug, baggage = {} } = context;
    if (isTraceId(traceId) && isSpanId(spanId)) {
      const flags = debug ? 3 : sampled === false ? 0 : 1;
      const parent = isSpanId(parentId) ? parentId : "0";
      setField(carrier, "uber-trace-id", `${traceId}:${spanId}:${parent}:${flags}`);
    }
    for (const key of Object.keys(baggage)) {
      if (!TOKEN.test(key)) continue;
      setField(carrier, BAGGAGE_PREFIX + key.toLowerCase(), percentEncode(baggage[key].value));
    }
  },

  extract(carrier: Carrier): TraceContext | undefined {
    const context = parseUberTraceId(getField(carrier, "uber-trace-id") ?? "");
    const baggage = extractBaggage(carrier);
    if (baggage === undefined) return context;
    return { ...context ?? { traceId: "", spanId: "" }, baggage };
  },
};

function parseUberTraceId(field: string): TraceContext | undefined {
  // Some clients escape the colons.
  const match = FIELD.exec(field.length > MAX_FIELD_LENGTH ? "" : percentDecode(field));
  if (match === null) return undefined;
  const traceId = narrowTraceId(match[1]);
  const spanId = normaliseSpanId(match[2]);
  if (traceId === undefined || spanId === undefined) return undefined;
  const parentId = normaliseSpanId(match[3]);
  const flags = parseInt(match[4], 16);
  const debug = (flags & DEBUG) !== 0;
  return {
    traceId,
    spanId,
    ...(parentId === undefined ? {} : { parentId }),
    sampled: debug || (flags & SAMPLED) !== 0,
    ...(debug ? { debug } : {}),
  };
}

function extractBaggage(carrier: Carrier): Baggage | undefined {
  const baggage: { [key: string]: BaggageEntry } = Object.create(null);
  let count = 0;
  for (const name of fieldNames(carrier)) {
    if (name.length <= BAGGAGE_PREFIX.length) continue;
    if (name.slice(0, BAGGAGE_PREFIX.length).toLowerCase() !== BAGGAGE_PREFIX) continue;
    const value = getField(carrier, name.toLowerCase());
    if (value === undefined) continue;
    baggage[name.slice(BAGGAGE_PREFIX.length)] = { value: percentDecode(value) };
    if (++count === MAX_ENTRIES) break;
  }
  return count === 0 ? undefined : baggage;
}

const BAGGAGE_PREFIX = "uberctx-";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):([0-9a-f]{0,16}):([0-9a-f]{1,2})$/i;
const MAX_FIELD_LENGTH = 200;
const MAX_ENTRIES = 180;
const SAMPLED = 1;
const DEBUG = 2;
