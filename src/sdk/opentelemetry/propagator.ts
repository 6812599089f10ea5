import type { Propagator } from "../propagation/propagator.ts";
import { w3c } from "../propagation/w3c.ts";
import { type Context, SPAN_KEY, spanOf } from "./api.ts";
import { putBaggage, takeBaggage } from "./baggage_map.ts";
import { toNativeSpan } from "./native_span.ts";
import { PassiveSpan } from "./passive_span.ts";
import { toSpanContext } from "./span_context.ts";

/** How OpenTelemetry reads a carrier. */
export interface TextMapGetter<Carrier> {
  keys(carrier: Carrier): string[];
  get(carrier: Carrier, key: string): undefined | string | string[];
}

/** How OpenTelemetry writes a carrier. */
export interface TextMapSetter<Carrier> {
  set(carrier: Carrier, key: string, value: string): void;
}

/**
 * Lets a propagator of this SDK do the propagation of `@opentelemetry/api`.
 *
 * @example
 * ```ts
 * import { OpenTelemetryPropagator } from "./propagator.ts";
 * import { b3Single } from "../propagation/mod.ts";
 *
 * // import { propagation } from "@opentelemetry/api";
 * // propagation.setGlobalPropagator(new OpenTelemetryPropagator(b3Single));
 * const propagator = new OpenTelemetryPropagator(b3Single);
 * if (propagator.fields()[0] !== "b3") throw new Error("changed");
 * ```
 */
export class OpenTelemetryPropagator {
  readonly #propagator: Propagator;

  /** @param propagator The formats to write and read. @default `w3c` */
  constructor(propagator: Propagator = w3c) {
    this.#propagator = propagator;
  }

  /** Writes the span and the baggage of a context. */
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const span = spanOf(context);
    const native = span && toNativeSpan(span);
    const { traceId = "", spanId = "", parentId, sampled, debug, traceState } = native ?? {};
    const baggage = takeBaggage(context) ?? native?.baggage;
    const fields: { [name: string]: string } = {};
    this.#propagator.inject(
      { traceId, spanId, parentId, sampled, debug, traceState, baggage },
      fields,
    );
    for (const name of Object.keys(fields)) setter.set(carrier, name, fields[name]);
  }

  /** Reads a span and baggage into a context. */
  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    const fields = new Map<string, string>();
    for (const name of getter.keys(carrier)) {
      const value = getter.get(carrier, name);
      if (value !== undefined) fields.set(name, Array.isArray(value) ? value.join(",") : value);
    }
    const found = this.#propagator.extract(fields);
    if (found === undefined) return context;
    const within = found.baggage === undefined ? context : putBaggage(context, found.baggage);
    return found.traceId === ""
      ? within
      : within.setValue(SPAN_KEY, new PassiveSpan(toSpanContext(found, true)));
  }

  /** The headers that it writes. */
  fields(): string[] {
    return [...this.#propagator.fields];
  }
}
