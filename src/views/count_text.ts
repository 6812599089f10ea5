/** A count with its word: `1 span`, `2 spans`, `4,812 spans`. */
export function countText(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** A whole number with its thousands set apart: `4,812`. */
export function formatCount(count: number): string {
  const digits = String(count);
  return digits.length > 3 ? digits.replace(/\B(?=(?:\d{3})+$)/g, ",") : digits;
}
