import { RE2JS } from "re2js";

/** A regular expression that a whole text must match. */
export interface Pattern {
  matches(text: string): boolean;
  /** How many steps its program has: what a text costs is in proportion to that, too. */
  readonly size: number;
}

/**
 * Compiles a regular expression of RE2's syntax, which takes time in proportion to the text whatever
 * the expression is. It must match the whole text, as in TraceQL; `.` matches line breaks, too.
 *
 * @throws {Error} With what is wrong, for people.
 */
export function compilePattern(source: string, { ignoresCase }: { ignoresCase: boolean }): Pattern {
  if (source.length > MAX_LENGTH) throw new Error(`it has more than ${MAX_LENGTH} characters`);
  if (source.length * (1 + sumOfCounts(source)) > MAX_EXPANSION) {
    throw new Error("it repeats too much");
  }
  try {
    const flags = RE2JS.DOTALL | (ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
    const compiled = RE2JS.compile(source, flags);
    return { matches: (text) => compiled.testExact(text), size: compiled.programSize() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The flags stand in front of what it quotes.
    throw new Error(reason.replace(/^error parsing regexp: /, "").replace(/`(?:\(\?\w+\))?/, "`"));
  }
}

/** What its counted repetitions, such as `{3,5}`, add up to. */
function sumOfCounts(source: string): number {
  let sum = 0;
  for (const [, least, most] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    sum += Number(most || least);
  }
  return sum;
}

const MAX_LENGTH = 4_096;
/** Each repetition is written out before the size of the program is known. */
const MAX_EXPANSION = 100_000;
