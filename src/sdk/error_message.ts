/** The text that says what went wrong, whatever was thrown. Never throws. */
export function errorMessage(error: unknown): string {
  try {
    if (error instanceof Error) return error.message || error.name;
    return String(error);
  } catch {
    // An object without a prototype has no text, a hostile one throws.
    return "unknown error";
  }
}
