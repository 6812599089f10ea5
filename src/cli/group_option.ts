import { RE2JS } from "re2js";
import { CommandError } from "./command_error.ts";

/**
 * Compiles the regular expressions of `--group`: RE2's syntax, which takes time in proportion to the text.
 * The first that matches all of a name, or all of the path in it, is the name that it is counted under.
 *
 * @throws {CommandError} When one is no regular expression.
 */
export function createGroupNamer(
  patterns: readonly string[],
): (name: string) => string | undefined {
  const compiled = patterns.map((pattern) => ({ pattern, matcher: compile(pattern) }));
  return (name) => {
    const slash = name.indexOf(" /");
    const path = slash < 0 ? undefined : name.slice(slash + 1);
    return compiled.find(({ matcher }) =>
      matcher.testExact(name) || (path !== undefined && matcher.testExact(path))
    )?.pattern;
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error))
      .replace(/^error parsing regexp: /, "");
    throw new CommandError(`Cannot read --group "${pattern}": ${reason}`, 2);
  }
}
