import { Command, Option } from "@commander-js/extra-typings";
import { InvalidArgumentError } from "commander";
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
    .option(
      "--socket <path>",
      "Unix socket for go-trace events (default: one of its own in the session folder)",
    )
    .option("--out <file>", "record to this file (.gz and .zst compress)")
    .option("--rotate <size>", "go on in a new file at this size, such as 100MB", parseSize)
    .option(
      "--max-open-spans <n>",
      "spans open at once; the oldest beyond it is given up as unfinished",
      parseCount,
      250_000,
    )
    // Scripts may switch off what they do not want before it is there to be switched on.
    .addOption(createOffSwitch("--otlp-http", "OTLP over HTTP"))
    .addOption(createOffSwitch("--otlp-grpc", "OTLP over gRPC"))
    .addOption(createOffSwitch("--zipkin", "Zipkin"));
}

/** An option of a receiver that does not exist yet: `off` is all it can be. */
// deno-lint-ignore explicit-function-return-type -- the option's name is part of its type
function createOffSwitch<Name extends string>(name: Name, protocol: string) {
  return new Option(`${name} <address>`).hideHelp().argParser((value: string) => {
    if (value === "off") return value;
    throw new InvalidArgumentError(`This version does not receive ${protocol}; leave it out.`);
  });
}

/** Prints a notice of a session to standard error. */
export function printNotice(io: CliIo): (message: string) => void {
  return (message) => void io.stderr.write(`trace: ${message}\n`).catch(() => {});
}
