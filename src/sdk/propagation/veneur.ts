import { type Carrier, getField, setField } from "./carrier.ts";
import type { Propagator } from "./propagator.ts";
import type { TraceContext } from "./trace_context.ts";
import { isSpanId, isTraceId, narrowTraceId, normaliseSpanId } from "./trace_id.ts";

/** The header formats that veneur's Go client knows, in the order in which it looks for them. */
export const VENEUR_FORMATS = ["ot-tracer", "trace-id", "x-trace-id", "traceid"] as const;

/** One of {@linkcode VENEUR_FORMATS}. */
export type VeneurFormat = typeof VENEUR_FORMATS[number];

/**
 * Makes a propagator for veneur's headers. It reads all four formats, the first that is complete and
 * right, and writes one. Ids of `ot-tracer` are hexadecimal, the others decimal with 64 bits and a sign.
 * All have 64 bits: of a longer trace id the last 16 digits are written, as other 64-bit tracers do.
 *
 * | format       | headers                                                                          |
 * | ------------ | -------------------------------------------------------------------------------- |
 * | `ot-tracer`  | `ot-tracer-traceid`, `ot-tracer-spanid`, `ot-tracer-sampled` (`true` or `false`)   |
 * | `trace-id`   | `Trace-Id`, `Span-Id`                                                            |
 * | `x-trace-id` | `X-Trace-Id`, `X-Span-Id`                                                        |
 * | `traceid`    | `Traceid`, `Spanid`, `Parentid`: the format of veneur's text map, too            |
 *
 * @param format What to write.
 */
export function createVeneurPropagator(format: VeneurFormat = "ot-tracer"): Propagator {
  const written = FORMATS[VENEUR_FORMATS.indexOf(format)] ?? FORMATS[0];
  return {
    fields: fieldsOf(written),

    inject(context: TraceContext, carrier: Carrier): void {
      const { traceId, spanId, parentId, sampled } = context;
      if (!isTraceId(traceId) || !isSpanId(spanId)) return;
      setField(carrier, written.traceId, written.format(traceId.slice(-16)));
      setField(carrier, written.spanId, written.format(spanId));
      if (written.parentId !== undefined && isSpanId(parentId)) {
        setField(carrier, written.parentId, written.format(parentId));
      }
      if (written.sampled !== undefined) {
        setField(carrier, written.sampled, String(sampled ?? true));
      }
    },

    extract(carrier: Carrier): TraceContext | undefined {
      for (const group of FORMATS) {
        const traceId = narrowTraceId(group.parse(getField(carrier, group.traceId) ?? ""));
        const spanId = normaliseSpanId(group.parse(getField(carrier, group.spanId) ?? ""));
        if (traceId === undefined || spanId === undefined) continue;
        const parentId = group.parentId === undefined
          ? undefined
          : normaliseSpanId(group.parse(getField(carrier, group.parentId) ?? ""));
        const sampled = group.sampled && getField(carrier, group.sampled)?.toLowerCase();
        return {
          traceId,
          spanId,
          ...(parentId === undefined ? {} : { parentId }),
          ...(sampled === "true" || sampled === "false" ? { sampled: sampled === "true" } : {}),
        };
      }
      return undefined;
    },
  };
}

interface HeaderGroup {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly sampled?: string;
  /** Writes 16 hex digits. */
  format(digits: string): string;
  /** Reads hex digits; "" for what is none. */
  parse(field: string): string;
}

const HEXADECIMAL = { format: (digits: string): string => digits, parse: parseHexadecimal };
const DECIMAL = { format: formatDecimal, parse: parseDecimal };

const FORMATS: readonly HeaderGroup[] = [
  {
    traceId: "ot-tracer-traceid",
    spanId: "ot-tracer-spanid",
    sampled: "ot-tracer-sampled",
    ...HEXADECIMAL,
  },
  { traceId: "trace-id", spanId: "span-id", ...DECIMAL },
  { traceId: "x-trace-id", spanId: "x-span-id", ...DECIMAL },
  { traceId: "traceid", spanId: "spanid", parentId: "parentid", ...DECIMAL },
];

function fieldsOf(group: HeaderGroup): string[] {
  const { traceId, spanId, parentId, sampled } = group;
  return [traceId, spanId, parentId, sampled].filter((field) => field !== undefined);
}

function formatDecimal(digits: string): string {
  return String(BigInt.asIntN(64, BigInt("0x" + digits)));
}

/** Go writes the ids of 64 bits that are negative as numbers with a sign, also in hexadecimal. */
function parseHexadecimal(field: string): string {
  if (!field.startsWith("-")) return field;
  if (!/^-[0-9a-f]{1,16}$/i.test(field)) return "";
  return BigInt.asUintN(64, -BigInt("0x" + field.slice(1))).toString(16);
}

function parseDecimal(field: string): string {
  if (!/^-?[0-9]{1,20}$/.test(field)) return "";
  const number = BigInt(field);
  if (number < -(1n << 63n) || number >= 1n << 64n) return "";
  return BigInt.asUintN(64, number).toString(16);
}

/** Veneur's headers: reads all four formats and writes `ot-tracer`, as veneur's Go client does. */
export const veneur: Propagator = createVeneurPropagator();
