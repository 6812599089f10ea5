import type { CliIo, Output } from "../../src/cli/io.ts";

/** What stands in for the world outside in a test. */
export interface CapturedIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  /** How wide the terminal is. @default 80 */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Called with each text written to standard output; may throw what a broken pipe throws. */
  readonly onStdout?: (text: string) => void;
}

/** A command's view of the outside that keeps what is written. */
export interface CapturedIo extends CliIo {
  /** All of standard output so far. */
  readonly out: string;
  /** All of standard error so far. */
  readonly err: string;
}

/** Makes a {@linkcode CapturedIo}. */
export function createCapturedIo(options: CapturedIoOptions = {}): CapturedIo {
  const { env = {}, stdin = "", isTerminal = false, columns = 80 } = options;
  const lines = stdin.split("\n").slice(0, -1);
  const written = { out: "", err: "" };
  function output(name: "out" | "err"): Output {
    const decoder = new TextDecoder();
    return {
      isTerminal,
      size: () => isTerminal ? { columns, rows: 24 } : undefined,
      write(data): Promise<void> {
        const text = typeof data === "string" ? data : decoder.decode(data, { stream: true });
        written[name] += text;
        try {
          if (name === "out") options.onStdout?.(text);
          return Promise.resolve();
        } catch (error) {
          return Promise.reject(error);
        }
      },
    };
  }
  return {
    stdout: output("out"),
    stderr: output("err"),
    stdin: {
      isTerminal,
      bytes: () => new Blob([stdin]).stream(),
      readLine: () => Promise.resolve(lines.shift()),
    },
    env: (name) => env[name] || undefined,
    signal: options.signal ?? new AbortController().signal,
    forcedExit: new AbortController().signal,
    get out(): string {
      return written.out;
    },
    get err(): string {
      return written.err;
    },
  };
}
