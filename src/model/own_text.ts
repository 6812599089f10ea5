/**
 * The same text in memory of its own. Text that was cut out of a larger one keeps all of that in memory,
 * which matters for what is kept.
 */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
