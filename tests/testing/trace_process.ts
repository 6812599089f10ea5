import { traceCommand } from "../../scripts/start_collector.ts";

/** What a finished `trace` process left. */
export interface TraceResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode runTrace}. */
export interface RunTraceOptions {
  /** Folder for sessions and temporary files. */
  folder: string;
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
}

/** The environment in which a test's sessions see nobody else's. */
export function sessionEnv(folder: string): Record<string, string> {
  return { XDG_RUNTIME_DIR: folder, TMPDIR: folder, NO_COLOR: "1", TRACE_SOCKET: "" };
}

/** Runs `trace` to its end: the executable that `TRACE_BIN` names, else the sources. */
export async function runTrace(
  args: readonly string[],
  options: RunTraceOptions,
): Promise<TraceResult> {
  const child = spawnTrace(args, options);
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    const { stdin } = options;
    await writer.write(typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin);
    await writer.close();
  } else {
    await child.stdin.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Starts `trace` with all its streams piped. */
export function spawnTrace(args: readonly string[], options: RunTraceOptions): Deno.ChildProcess {
  const command = traceCommand();
  return new Deno.Command(command.command, {
    args: [...command.args, ...args],
    env: { ...sessionEnv(options.folder), ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}
