/** The type of the script elements that hold spans: no script to any browser. */
export const EMBEDDED_SPANS_TYPE = "application/x-trace-spans";

/**
 * Makes lines of JSON safe inside of a script element: nothing in them can end it, or begin a comment. What is
 * escaped stands in texts, where it may be escaped, so the lines say the same.
 */
export function escapeEmbedded(lines: string): string {
  return lines.replace(UNSAFE, (character) => ESCAPES[character]);
}

const UNSAFE = /[<>&\u2028\u2029]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};
