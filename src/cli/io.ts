import type { Size } from "../terminal/frame.ts";

/** A place to write to: standard output or standard error. */
export interface Output {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** How large the terminal is now; `undefined` when it is none. */
  size(): Size | undefined;
  /**
   * Writes all of it.
   *
   * @throws {Error} With `code` `EPIPE` when the reader has gone.
   */
  write(data: string | Uint8Array): Promise<void>;
}

/** Standard input. */
export interface Input {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** Everything there is to read; to be asked for once. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Waits for a line that the user types at a terminal; `undefined` at the end of input. */
  readLine(): Promise<string | undefined>;
}

/** All that a command touches of the world outside, so that tests can stand in for it. */
export interface CliIo {
  /** Results go here. */
  readonly stdout: Output;
  /** Everything else goes here. */
  readonly stderr: Output;
  readonly stdin: Input;
  /** The value of an environment variable; `undefined` when unset or empty. */
  env(name: string): string | undefined;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP: stop, drain, and return. */
  readonly signal: AbortSignal;
  /** Aborted by a second one, right before the process ends with code 130: nothing is awaited any more. */
  readonly forcedExit: AbortSignal;
}

/** Whether text for this output may be coloured. See https://no-color.org */
export function wantsColor(io: CliIo, output: Output): boolean {
  return output.isTerminal && io.env("NO_COLOR") === undefined && io.env("TERM") !== "dumb";
}

/** The world outside, as it is for the process. */
export function createProcessIo(signal: AbortSignal, forcedExit: AbortSignal): CliIo {
  return {
    stdout: processOutput("standard output", Deno.stdout.isTerminal(), Deno.stdout),
    stderr: processOutput("standard error", Deno.stderr.isTerminal(), Deno.stderr),
    stdin: {
      isTerminal: Deno.stdin.isTerminal(),
      bytes: () => Deno.stdin.readable,
      readLine: readTerminalLine,
    },
    env: (name) => Deno.env.get(name) || undefined,
    signal,
    forcedExit,
  };
}

/** A terminal hands over a line at a time, so that one read is enough. */
async function readTerminalLine(): Promise<string | undefined> {
  const buffer = new Uint8Array(4096);
  const count = await Deno.stdin.read(buffer);
  return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count)).trim();
}

function processOutput(
  name: string,
  isTerminal: boolean,
  target: { write(bytes: Uint8Array): Promise<number> },
): Output {
  return {
    isTerminal,
    size: () => isTerminal ? readTerminalSize() : undefined,
    async write(data): Promise<void> {
      const bytes = typeof data === "string" ? encoder.encode(data) : data;
      try {
        for (let at = 0; at < bytes.length;) at += await target.write(bytes.subarray(at));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) {
          throw Object.assign(error, { code: "EPIPE" });
        }
        throw new Error(`Cannot write to ${name}: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

function readTerminalSize(): Size {
  try {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that does not know its size says 0.
    return columns > 0 && rows > 0 ? { columns, rows } : DEFAULT_SIZE;
  } catch {
    return DEFAULT_SIZE;
  }
}

const DEFAULT_SIZE: Size = { columns: 80, rows: 24 };
const encoder = new TextEncoder();
