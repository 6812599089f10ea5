import { type Carrier, getField, setField } from "./carrier.ts";
import { percentDecode, percentEncode } from "./percent_coding.ts";
import type { Propagator } from "./propagator.ts";
import type { Baggage, BaggageEntry, TraceContext } from "./trace_context.ts";

/**
 * W3C Baggage: the header `baggage`, at most 180 entries and 8,192 bytes. Entries that are malformed or
 * beyond a limit are left out. Values are percent-encoded UTF-8.
 *
 * @example
 * ```ts
 * import { w3cBaggage } from "./w3c_baggage.ts";
 *
 * const context = w3cBaggage.extract({ Baggage: "user=Ada%20Lovelace;ttl=60" });
 * const user = context?.baggage?.user;
 * if (user?.value !== "Ada Lovelace" || user.properties !== "ttl=60") throw new Error("changed");
 * ```
 */
export const w3cBaggage: Propagator = {
  fields: ["baggage"],

  inject(context: TraceContext, carrier: Carrier): void {
    const field = formatBaggage(context.baggage);
    if (field !== "") setField(carrier, "baggage", field);
  },

  extract(carrier: Carrier): TraceContext | undefined {
    const baggage = parseBaggage(getField(carrier, "baggage") ?? "");
    return baggage === undefined ? undefined : { traceId: "", spanId: "", baggage };
  },
};

function formatBaggage(baggage: Baggage = {}): string {
  let field = "";
  let count = 0;
  for (const key of Object.keys(baggage)) {
    const { value, properties } = baggage[key];
    if (!TOKEN.test(key)) continue;
    const member = `${key}=${percentEncode(value)}` +
      (properties !== undefined && areProperties(properties) ? ";" + properties : "");
    // Everything in it is ASCII: characters are bytes.
    if (field.length + member.length + 1 > MAX_BYTES) continue;
    field += field === "" ? member : "," + member;
    if (++count === MAX_ENTRIES) break;
  }
  return field;
}

function parseBaggage(field: string): Baggage | undefined {
  const baggage: { [key: string]: BaggageEntry } = Object.create(null);
  let count = 0;
  // One character more than the limit shows that the last member is cut off.
  const members = field.slice(0, MAX_BYTES + 1).split(",");
  if (field.length > MAX_BYTES) members.pop();
  for (const member of members) {
    const [pair, ...rest] = member.split(";");
    const equals = pair.indexOf("=");
    if (equals < 0) continue;
    const key = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    if (!TOKEN.test(key) || !VALUE.test(value)) continue;
    const properties = rest.map((property) => property.trim()).join(";");
    if (rest.length > 0 && !areProperties(properties)) continue;
    baggage[key] = rest.length === 0
      ? { value: percentDecode(value) }
      : { value: percentDecode(value), properties };
    if (++count === MAX_ENTRIES) break;
  }
  return count === 0 ? undefined : baggage;
}

function areProperties(text: string): boolean {
  return text.split(";").every((property) => PROPERTY.test(property));
}

const TOKEN_CHARACTERS = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const VALUE_CHARACTERS = "[!#-+.-:<-\\[\\]-~-]*";
const TOKEN = new RegExp(`^${TOKEN_CHARACTERS}$`);
const VALUE = new RegExp(`^${VALUE_CHARACTERS}$`);
const PROPERTY = new RegExp(`^${TOKEN_CHARACTERS}(?:[ \\t]*=[ \\t]*${VALUE_CHARACTERS})?$`);
const MAX_BYTES = 8192;
const MAX_ENTRIES = 180;
