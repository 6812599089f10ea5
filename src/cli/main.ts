import type { Command } from "commander";
import { CommandError } from "./command_error.ts";
import type { CliIo } from "./io.ts";
import { VERSION } from "./version.ts";

/** A subcommand as its module exports it: built when it is asked for, so that start-up stays quick. */
export type CreateCommand = (io: CliIo, setExitCode: (code: number) => void) => Command;

const COMMANDS: Readonly<
  Record<string, { description: string; load: () => Promise<CreateCommand> }>
> = {
  run: {
    description: "run a command with a collector around it and print its traces",
    load: async () => (await import("./run.ts")).createRunCommand,
  },
  collect: {
    description: "receive spans from programs, record them, and serve viewers",
    load: async () => (await import("./collect.ts")).createCollectCommand,
  },
  view: {
    description: "show a running session, a recording, or standard input",
    load: async () => (await import("./view.ts")).createViewCommand,
  },
  stats: {
    description: "tell which operations take how long, fail, and repeat",
    load: async () => (await import("./stats.ts")).createStatsCommand,
  },
  replay: {
    description: "send a recording again",
    load: async () => (await import("./replay.ts")).createReplayCommand,
  },
  export: {
    description: "write a recording in another format",
    load: async () => (await import("./export.ts")).createExportCommand,
  },
  diff: {
    description: "compare two recordings: what is slower, called more often, new or gone",
    load: async () => (await import("./diff.ts")).createDiffCommand,
  },
  check: {
    description: "check a recording against limits of time, errors and repeated queries",
    load: async () => (await import("./check.ts")).createCheckCommand,
  },
  mcp: {
    description: "let coding agents look into traces (Model Context Protocol)",
    load: async () => (await import("./mcp.ts")).createMcpCommand,
  },
};

/**
 * Runs one command line.
 *
 * @param args The arguments without the program's name.
 * @returns The exit code: 0 done, 1 failed, 2 wrong usage; `run` gives its command's own.
 */
export async function main(args: readonly string[], io: CliIo): Promise<number> {
  // Asked for by scripts at every start: not worth loading the parser.
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    await io.stdout.write(`trace ${VERSION}\n`);
    return 0;
  }
  try {
    return await parse(args, io);
  } catch (error) {
    return await report(error, io);
  }
}

async function parse(args: readonly string[], io: CliIo): Promise<number> {
  const { Command, CommanderError } = await import("commander");
  let exitCode = 0;
  const output: Promise<void>[] = [];
  const outputs = {
    writeOut: (text: string) => void output.push(io.stdout.write(text)),
    writeErr: (text: string) => void output.push(io.stderr.write(text)),
  };
  const program = new Command("trace")
    .description("Shows what a program did, while it runs and afterwards.")
    .version(`trace ${VERSION}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .showSuggestionAfterError()
    .configureOutput(outputs)
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText("after", EXAMPLES);
  const wanted = args[0] === "help" ? args[1] : args[0];
  for (const [name, { description, load }] of Object.entries(COMMANDS)) {
    if (name !== wanted) {
      program.command(name).description(description);
      continue;
    }
    const command = (await load())(io, (code) => exitCode = code);
    program.addCommand(
      command.description(description)
        .showSuggestionAfterError()
        .showHelpAfterError(`(see trace ${name} --help)`)
        .helpOption("-h, --help", "print help")
        .configureOutput(outputs)
        .exitOverride(),
    );
  }
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed what is wrong, or the help that was asked for.
    exitCode = error.exitCode === 0 ? 0 : 2;
  } finally {
    await Promise.all(output);
  }
  return exitCode;
}

async function report(error: unknown, io: CliIo): Promise<number> {
  if ((error as { code?: unknown }).code === "EPIPE") return 0;
  const message = error instanceof Error ? error.message : String(error);
  await io.stderr.write(`trace: ${message}\n`).catch(() => {});
  return error instanceof CommandError ? error.exitCode : 1;
}

const EXAMPLES = `
Examples:
  trace run -- node server.js          run a program, see its traces as they finish
  trace collect --out run.jsonl        collect from any program until Ctrl-C
  trace view                           watch the running session
  trace view run.jsonl                 open a recording
  trace stats run.jsonl                what takes long, what fails, what repeats
  trace export run.jsonl --format chrome --out run.json
  trace diff before.jsonl after.jsonl --fail-on 'p95>+20%'
`;
