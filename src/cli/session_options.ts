import { Command, Option } from "@commander-js/extra-typings";
import type { CliIo } from "./io.ts";
import { parseCount, parseSize } from "./parse_options.ts";

/**
 * A command with the options that `collect` and `run` share.
 *
 * @param name The command's name.
 */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types -- the type of the options is inferred from the calls
export function createSessionCommand(name: string) {
  return new Command(name)
    .addOption(
      new Option("--socket <path>", "Unix socket for go-trace events")
        .default(undefined, "one in the session folder"),
    )
    .option("--out <file>", "record to this file (.gz and .zst compress)")
    .option("--rotate <size>", "go on in a new file at this size, such as 100MB", parseSize)
    .option(
      "--max-open-spans <n>",
      "spans open at once; the oldest beyond it is given up as unfinished",
      parseCount,
      250_000,
    );
}

/** Prints a notice of a session to standard error. */
export function printNotice(io: CliIo): (message: string) => void {
  return (message) => void io.stderr.write(`trace: ${message}\n`).catch(() => {});
}
