/**
 * What carries a context: `Headers`, a `Map`, or an object of names to values, as `node:http` has it.
 * Names are found in any letter case.
 */
export type Carrier =
  | Headers
  | Map<string, string>
  | { [name: string]: string | readonly string[] | number | undefined };

/**
 * Reads a field.
 *
 * @param name In lower case.
 * @returns Its value; several values joined with commas, as HTTP joins them; `undefined` without one.
 */
export function getField(carrier: Carrier, name: string): string | undefined {
  if (isHeaders(carrier)) return carrier.get(name) ?? undefined;
  if (carrier instanceof Map) {
    return textOf(carrier.get(name) ?? carrier.get(findName(carrier.keys(), name)));
  }
  if (!isObject(carrier)) return undefined;
  const own = Object.hasOwn(carrier, name) ? name : findName(Object.keys(carrier), name);
  return own === "" ? undefined : textOf(carrier[own]);
}

/** Sets a field, in place of one whose name differs in letter case alone. */
export function setField(carrier: Carrier, name: string, value: string): void {
  if (isHeaders(carrier)) carrier.set(name, value);
  else if (carrier instanceof Map) carrier.set(findName(carrier.keys(), name) || name, value);
  else if (isObject(carrier)) {
    const key = findName(Object.keys(carrier), name) || name;
    // An assignment to `__proto__` would do something else.
    const property = { value, writable: true, enumerable: true, configurable: true };
    Reflect.defineProperty(carrier, key, property);
  }
}

/** The names of all fields, as written. */
export function fieldNames(carrier: Carrier): string[] {
  if (isHeaders(carrier) || carrier instanceof Map) return [...carrier.keys()];
  return isObject(carrier) ? Object.keys(carrier) : [];
}

/** By its methods, because libraries bring their own. */
function isHeaders(carrier: Carrier): carrier is Headers {
  return isObject(carrier) && !(carrier instanceof Map) &&
    typeof carrier.get === "function" && typeof carrier.set === "function";
}

/** Callers without types pass anything. */
function isObject(carrier: unknown): carrier is { [name: string]: unknown } {
  return typeof carrier === "object" && carrier !== null;
}

/** The spelling of a name; "", which is no header, without one. */
function findName(names: Iterable<string>, name: string): string {
  for (const candidate of names) {
    if (candidate.length === name.length && candidate.toLowerCase() === name) return candidate;
  }
  return "";
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "number" ? String(value) : undefined;
}
