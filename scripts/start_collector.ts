import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readJsonLines } from "./read_json_lines.ts";

/** A collector in a process of its own, for tests and benchmarks. */
export interface CollectorProcess extends AsyncDisposable {
  readonly pid: number;
  /** The line it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** The next line that it prints; `undefined` once it has exited. */
  nextLine(): Promise<Record<string, unknown> | undefined>;
  /** Asks it to stop, waits until it has, and returns the last line it printed. */
  stop(): Promise<Record<string, unknown> | undefined>;
}

/**
 * Starts a program that prints JSON Lines, the first one once it is ready.
 *
 * @throws {Error} When it exits before it is ready, with what it wrote to stderr.
 */
export async function startCollector(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CollectorProcess> {
  const child = new Deno.Command(command, {
    args: [...args],
    env,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = readJsonLines(child.stdout);
  const errors = new Response(child.stderr).text();
  const ready = await lines.next();
  if (ready.done) {
    await child.status;
    throw new Error(`"${command} ${args.join(" ")}" did not start: ${(await errors).trim()}`);
  }
  let stopping: Promise<Record<string, unknown> | undefined> | undefined;
  function stop(): Promise<Record<string, unknown> | undefined> {
    return stopping ??= stopNow();
  }
  async function stopNow(): Promise<Record<string, unknown> | undefined> {
    try {
      child.kill("SIGTERM");
    } catch (error) {
      // It has exited by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    let last: Record<string, unknown> | undefined;
    for await (const line of lines) last = line;
    await child.status;
    await errors;
    return last;
  }
  return {
    pid: child.pid,
    ready: ready.value,
    async nextLine(): Promise<Record<string, unknown> | undefined> {
      const { done, value } = await lines.next();
      return done ? undefined : value;
    },
    stop,
    async [Symbol.asyncDispose](): Promise<void> {
      await stop();
    },
  };
}

/**
 * The command that runs `trace`: the executable that `TRACE_BIN` names, else the sources with the
 * running Deno.
 */
export function traceCommand(): { command: string; args: string[] } {
  const executable = Deno.env.get("TRACE_BIN");
  if (executable !== undefined) return { command: resolve(executable), args: [] };
  const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
  return { command: Deno.execPath(), args: ["run", "-A", cli] };
}

/**
 * Starts `trace collect` with its sessions in a folder of the caller's, and without the standard ports
 * unless the options name one: several run at once, and others send there, too.
 */
export function startTraceCollect(
  folder: string,
  options: readonly string[],
): Promise<CollectorProcess> {
  const { command, args } = traceCommand();
  const off = ["--otlp-http", "--otlp-grpc", "--zipkin"].filter((port) => !options.includes(port))
    .flatMap((port) => [port, "off"]);
  const collect = ["collect", "--quiet", "--json", ...off, ...options];
  return startCollector(command, [...args, ...collect], {
    XDG_RUNTIME_DIR: folder,
    TMPDIR: folder,
  });
}
