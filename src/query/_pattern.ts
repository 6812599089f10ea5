import { RE2JS } from "re2js";

/** A regular expression that a whole text must match. */
export interface Pattern {
  matches(text: string): boolean;
}

/**
 * Compiles a regular expression of RE2's syntax, which takes time in proportion to the text whatever
 * the expression is. It must match the whole text, as in TraceQL; `.` matches line breaks, too.
 *
 * @throws {Error} With what is wrong, for people.
 */
export function compilePattern(source: string, { ignoresCase }: { ignoresCase: boolean }): Pattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new Error(`it has more than ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    const flags = RE2JS.DOTALL | (ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
    const compiled = RE2JS.compile(source, flags);
    return { matches: (text) => compiled.testExact(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The flags stand in front of what it quotes.
    throw new Error(reason.replace(/^error parsing regexp: /, "").replace(/`(?:\(\?\w+\))?/, "`"));
  }
}

/** Enough for a list of a hundred names; what a text costs grows with it. */
const MAX_PATTERN_LENGTH = 4_096;
