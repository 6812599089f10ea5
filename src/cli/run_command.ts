import type { CommandEnd } from "./command_span.ts";
import type { CliIo } from "./io.ts";

/**
 * Runs a command with this process's streams and passes signals on to it. What `trace` prints never gets in
 * between: the streams are the command's own.
 *
 * @param env Variables that it gets beside those of this process.
 */
export async function runCommand(
  io: CliIo,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CommandEnd> {
  using passer = new SignalPasser(io);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command[0], {
      args: command.slice(1),
      env,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    return describeStartError(command[0], error);
  }
  passer.passTo(child);
  const { code, signal } = await child.status;
  return { pid: child.pid, exitCode: code, signal: signal ?? undefined };
}

/** The exit codes of shells, `env` and `time` for a command that cannot be run. */
function describeStartError(program: string, error: unknown): CommandEnd {
  if (error instanceof Deno.errors.NotFound) {
    return {
      exitCode: 127,
      error: `Cannot run "${program}": no such command; check its name and PATH`,
    };
  }
  const reason = error instanceof Deno.errors.PermissionDenied
    ? "it is not executable; check it with: ls -l"
    : (error as Error).message;
  return { exitCode: 126, error: `Cannot run "${program}": ${reason}` };
}

/**
 * Passes signals on to a command: the first one that asks this process to stop, and those that mean something
 * to programs alone. A second one that asks to stop ends both at once.
 */
class SignalPasser implements Disposable {
  readonly #io: CliIo;
  readonly #hasTerminal: boolean;
  /** What came before there was a command. */
  readonly #waiting: Deno.Signal[] = [];
  #child: Deno.ChildProcess | undefined;

  /** Listens from now on: once it runs, a command may make others send signals at once. */
  constructor(io: CliIo) {
    this.#io = io;
    this.#hasTerminal = io.stdin.isTerminal || io.stdout.isTerminal || io.stderr.isTerminal;
    io.signal.addEventListener("abort", this.#passStop);
    io.forcedExit.addEventListener("abort", this.#kill);
    for (const signal of PASSED_SIGNALS) Deno.addSignalListener(signal, this.#passers[signal]);
    if (io.signal.aborted) this.#passStop();
  }

  passTo(child: Deno.ChildProcess): void {
    this.#child = child;
    for (const signal of this.#waiting) kill(child, signal);
  }

  [Symbol.dispose](): void {
    this.#io.signal.removeEventListener("abort", this.#passStop);
    this.#io.forcedExit.removeEventListener("abort", this.#kill);
    for (const signal of PASSED_SIGNALS) Deno.removeSignalListener(signal, this.#passers[signal]);
  }

  readonly #passStop = (): void => this.#pass(this.#io.signal.reason);

  readonly #passers = {
    SIGQUIT: (): void => this.#pass("SIGQUIT"),
    SIGUSR2: (): void => this.#pass("SIGUSR2"),
  };

  readonly #kill = (): void => {
    if (this.#child !== undefined) kill(this.#child, "SIGKILL");
  };

  #pass(signal: Deno.Signal): void {
    // What is typed at a terminal reaches the command by itself; a second one would cut its clean-up short.
    if (this.#hasTerminal && (signal === "SIGINT" || signal === "SIGQUIT")) return;
    if (this.#child === undefined) this.#waiting.push(signal);
    else kill(this.#child, signal);
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has just ended.
  }
}

/** Without SIGUSR1: at that Deno itself opens its debugger, at the port that Node's would have. */
const PASSED_SIGNALS = ["SIGQUIT", "SIGUSR2"] as const;
