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
  const stopPassing = passSignalsOn(io, child);
  try {
    const { code, signal } = await child.status;
    return { pid: child.pid, exitCode: code, signal: signal ?? undefined };
  } finally {
    stopPassing();
  }
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
 *
 * @returns Stops that.
 */
function passSignalsOn(io: CliIo, child: Deno.ChildProcess): () => void {
  const hasTerminal = io.stdin.isTerminal || io.stdout.isTerminal || io.stderr.isTerminal;
  function send(signal: Deno.Signal): void {
    // What is typed at a terminal reaches the command by itself; a second one would cut its clean-up short.
    if (hasTerminal && (signal === "SIGINT" || signal === "SIGQUIT")) return;
    kill(child, signal);
  }
  const passStop = (): void => send(io.signal.reason);
  if (io.signal.aborted) passStop();
  io.signal.addEventListener("abort", passStop);
  const killNow = (): void => kill(child, "SIGKILL");
  io.forcedExit.addEventListener("abort", killNow);
  const passers = PASSED_SIGNALS.map((signal) => [signal, () => send(signal)] as const);
  for (const [signal, pass] of passers) Deno.addSignalListener(signal, pass);
  return () => {
    io.signal.removeEventListener("abort", passStop);
    io.forcedExit.removeEventListener("abort", killNow);
    for (const [signal, pass] of passers) Deno.removeSignalListener(signal, pass);
  };
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has just ended.
  }
}

const PASSED_SIGNALS = ["SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
