import { readJsonLine } from "./read_json_line.ts";
import { ownCommand } from "../runtime/own_command.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { formatHostPort, type HostPort } from "./host_port.ts";

/** The browser view of a session, in a process of its own: whatever becomes of it, the collector goes on. */
export interface WebProcess extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
}

/** Options of {@linkcode startWebProcess}. */
export interface WebProcessOptions {
  /** The socket of the session. */
  readonly socket: string;
  readonly address: HostPort | undefined;
  /** Told why there is no browser view, at once or later. */
  readonly onNotice: (message: string) => void;
}

/**
 * Starts `trace view --web` on a session. It ends when it is disposed of, and when this process does, however.
 *
 * @returns `undefined` when it did not start.
 */
export async function startWebProcess(options: WebProcessOptions): Promise<WebProcess | undefined> {
  const { socket, address, onNotice } = options;
  const [program, ...args] = ownCommand();
  const where = address === undefined ? [] : ["--web-address", formatHostPort(address)];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: [...args, "view", socket, "--web", "--json", "--no-open", "--servant", ...where],
      // It reads its end from here, which comes also when this process is killed.
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    onNotice(`has no browser view: it cannot start ${program}: ${(error as Error).message}`);
    return undefined;
  }
  let isStopping = false;
  const said = readLastLine(child.stderr);
  const output = child.stdout.getReader();
  const ready = await readJsonLine(output, READY_MS);
  const drained = drain(output);
  async function stop(): Promise<void> {
    isStopping = true;
    await child.stdin.close().catch(() => {});
    const timer = setTimeout(() => kill(child), STOP_MS);
    await Promise.all([child.status, drained, said]);
    clearTimeout(timer);
  }
  const url = ready?.web;
  if (typeof url !== "string") {
    kill(child);
    await stop();
    onNotice(`has no browser view: ${describe(await said) || "it did not start in time"}`);
    return undefined;
  }
  child.status.then(async ({ code, signal }) => {
    // What is typed at a terminal stops both.
    if (isStopping || signal === "SIGINT" || code === 0) return;
    const why = describe(await said) || (signal ?? `exit code ${code}`);
    onNotice(`has lost its browser view: ${why}; open another one with: trace view --web`);
  });
  return { url, [Symbol.asyncDispose]: stop };
}

function describe(line: string): string {
  return escapeText(line.replace(/^trace: /, ""));
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** The last line of text, which says why a program has ended. */
async function readLastLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-MAX_LINE_LENGTH);
  }
  return text.trimEnd().split("\n").at(-1) ?? "";
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

const MAX_LINE_LENGTH = 2000;
/** Starting from the sources takes a while. */
const READY_MS = 20_000;
const STOP_MS = 1000;
