import type { Carrier } from "./carrier.ts";
import type { Propagator } from "./propagator.ts";
import type { Baggage, BaggageEntry, TraceContext } from "./trace_context.ts";

/**
 * Joins propagators: writes the headers of all; reads the ids from the first that finds some, and the
 * baggage from all, the first one's entry counting where two have the same key.
 *
 * @param parts In order of preference.
 * @example
 * ```ts
 * import { b3Single } from "./b3.ts";
 * import { composite } from "./composite.ts";
 * import { w3cTraceContext } from "./w3c_trace_context.ts";
 *
 * const propagator = composite([w3cTraceContext, b3Single]);
 * const context = propagator.extract({ b3: "4bf92f3577b34da6-00f067aa0ba902b7-1" });
 * if (context?.spanId !== "00f067aa0ba902b7") throw new Error("changed");
 * ```
 */
export function composite(parts: readonly Propagator[]): Propagator {
  return {
    fields: [...new Set(parts.flatMap(({ fields }) => fields))],
    parts,

    inject(context: TraceContext, carrier: Carrier): void {
      for (const part of parts) part.inject(context, carrier);
    },

    extract(carrier: Carrier): TraceContext | undefined {
      let found: TraceContext | undefined;
      let baggage: Baggage | undefined;
      for (const part of parts) {
        const context = part.extract(carrier);
        if (context === undefined) continue;
        baggage = merge(baggage, context.baggage);
        if (found === undefined || (rank(context) > rank(found))) found = context;
      }
      return found === undefined || found.baggage === baggage ? found : { ...found, baggage };
    },
  };
}

/** Ids say most, then a decision; baggage alone says nothing of the trace. */
function rank(context: TraceContext): number {
  return context.traceId !== "" ? 2 : context.sampled !== undefined ? 1 : 0;
}

function merge(first: Baggage | undefined, second: Baggage | undefined): Baggage | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const merged: { [key: string]: BaggageEntry } = Object.create(null);
  return Object.assign(merged, second, first);
}
