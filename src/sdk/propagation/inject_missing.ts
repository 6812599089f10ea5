import { type Carrier, getField, setField } from "./carrier.ts";
import type { Propagator } from "./propagator.ts";
import type { TraceContext } from "./trace_context.ts";

/**
 * Injects a context without touching what is there: a format of which one header is set already is left
 * to whoever set it.
 */
export function injectMissing(
  propagator: Propagator,
  context: TraceContext,
  carrier: Carrier,
): void {
  const parts: Propagator[] = [propagator];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part.parts !== undefined) {
      parts.push(...part.parts);
      continue;
    }
    if (part.fields.some((field) => getField(carrier, field) !== undefined)) continue;
    const fields: { [name: string]: string } = {};
    part.inject(context, fields);
    for (const name of Object.keys(fields)) {
      if (getField(carrier, name.toLowerCase()) === undefined) {
        setField(carrier, name, fields[name]);
      }
    }
  }
}
