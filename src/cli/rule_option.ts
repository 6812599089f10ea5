import { parseRule, type Rule, RuleError } from "../analysis/rule.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { CommandError } from "./command_error.ts";

/**
 * Reads a rule that the user wrote.
 *
 * @throws {CommandError} When it is none: wrong usage, with the column.
 */
export function readRule(text: string): Rule {
  try {
    return parseRule(text);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new CommandError(escapeText(error.message), 2);
  }
}
