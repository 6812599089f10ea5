import { InvalidArgumentError } from "commander";
import { parseRedactRule, Redactor, type RedactRule } from "../exporters/redactor.ts";
import type { CliIo } from "./io.ts";
import { BatchRedactor } from "./redact_batches.ts";

/** The option of every command that hands spans out: `.option(...REDACT_OPTION, collectRedactRule)`. */
export const REDACT_OPTION = [
  "--redact <rule>",
  "remove:NAME or hash:NAME for values of attributes, such as hash:user.* (may be repeated)",
] as const;

/** Adds the rule of one `--redact` to those of the ones before it. */
export function collectRedactRule(text: string, before: readonly RedactRule[] = []): RedactRule[] {
  try {
    return [...before, parseRedactRule(text)];
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

/** What applies the rules to spans; `undefined` without any. `TRACE_REDACT_SALT` makes hashes comparable between runs. */
export function createRedactor(
  io: CliIo,
  rules: readonly RedactRule[] | undefined,
): Redactor | undefined {
  return rules?.length ? new Redactor(rules, { salt: io.env("TRACE_REDACT_SALT") }) : undefined;
}

/** The same for the batches of a session. */
export function createBatchRedactor(
  io: CliIo,
  rules: readonly RedactRule[] | undefined,
): BatchRedactor | undefined {
  return rules?.length ? new BatchRedactor(rules, io.env("TRACE_REDACT_SALT")) : undefined;
}

/** One line for people; empty without rules. Rules that nothing fitted are told, too: they may be misspelt. */
export function describeRedacted(redactor: Redactor | undefined): string {
  if (redactor === undefined) return "";
  const counts = Object.entries(redactor.counts).map(([rule, count]) =>
    `${rule} (${count.toLocaleString("en-US")} value${count === 1 ? "" : "s"})`
  );
  return `Redacted: ${counts.join(", ")}\n`;
}
