/**
 * What the tags `error.msg`, `error.type` and `error.stack` say of something that was thrown: for an
 * error its message, its name and its stack; for anything else its text, its type, and its text again.
 * Never throws.
 */
export function describeError(error: unknown): { msg: string; type: string; stack: string } {
  try {
    if (error instanceof Error) {
      const msg = String(error.message);
      return { msg, type: String(error.name), stack: String(error.stack ?? msg) };
    }
    const text = String(error);
    return { msg: text, type: typeof error, stack: text };
  } catch {
    // An object without a prototype has no text, a hostile one throws.
    return { msg: "unknown error", type: typeof error, stack: "unknown error" };
  }
}
