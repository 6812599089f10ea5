import type { Baggage, BaggageEntry } from "../propagation/trace_context.ts";
import {
  BAGGAGE_KEY,
  type Context,
  type OpenTelemetryBaggage,
  type OpenTelemetryBaggageEntry,
} from "./api.ts";

/** OpenTelemetry's view of baggage. */
export class BaggageMap implements OpenTelemetryBaggage {
  readonly #entries: ReadonlyMap<string, OpenTelemetryBaggageEntry>;

  constructor(entries: Iterable<[string, OpenTelemetryBaggageEntry]> = []) {
    this.#entries = new Map(entries);
  }

  getEntry(key: string): OpenTelemetryBaggageEntry | undefined {
    return this.#entries.get(key);
  }

  getAllEntries(): [string, OpenTelemetryBaggageEntry][] {
    return [...this.#entries];
  }

  setEntry(key: string, entry: OpenTelemetryBaggageEntry): OpenTelemetryBaggage {
    return new BaggageMap(new Map(this.#entries).set(key, entry));
  }

  removeEntry(key: string): OpenTelemetryBaggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): OpenTelemetryBaggage {
    return new BaggageMap([...this.#entries].filter(([key]) => !keys.includes(key)));
  }

  clear(): OpenTelemetryBaggage {
    return new BaggageMap();
  }
}

/** Puts baggage into a context, where the package finds it. */
export function putBaggage(context: Context, baggage: Baggage): Context {
  const entries = Object.keys(baggage).map((key): [string, OpenTelemetryBaggageEntry] => {
    const { value, properties } = baggage[key];
    return [
      key,
      properties === undefined ? { value } : { value, metadata: { toString: () => properties } },
    ];
  });
  return context.setValue(BAGGAGE_KEY, new BaggageMap(entries));
}

/** The baggage of a context; `undefined` for none. */
export function takeBaggage(context: Context): Baggage | undefined {
  const found = context.getValue(BAGGAGE_KEY) as Partial<OpenTelemetryBaggage> | undefined;
  if (typeof found?.getAllEntries !== "function") return undefined;
  const baggage: { [key: string]: BaggageEntry } = Object.create(null);
  for (const [key, { value, metadata }] of found.getAllEntries()) {
    baggage[key] = metadata === undefined ? { value } : { value, properties: String(metadata) };
  }
  return baggage;
}
