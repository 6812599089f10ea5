/** A value of a message for people: short, whatever it is. */
export function quoteValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_LENGTH ? text : text.slice(0, MAX_LENGTH) + "…";
}

const MAX_LENGTH = 64;
