import process from "node:process";
import type { Size } from "./frame.ts";
import type { TerminalIo, TerminalSignal } from "./terminal_io.ts";

const CONTROLLING_TERMINAL = "/dev/tty";
const DEFAULT_SIZE: Size = { columns: 80, rows: 24 };

/**
 * Opens this process's terminal: keys from standard input, or from the controlling terminal when
 * standard input is something else, such as the data to show. Output goes to standard output.
 *
 * @throws {Deno.errors.NotFound} When there is no terminal to read keys from.
 */
export function openTerminal(): TerminalIo {
  const keyboard: Keyboard = Deno.stdin.isTerminal()
    ? Deno.stdin
    : Deno.openSync(CONTROLLING_TERMINAL, { read: true, write: true });
  // A reader, because its cancel ends a pending read on every version of Deno.
  const reader = keyboard.readable.getReader();
  return {
    read: async () => (await reader.read()).value,
    write: writeAll,
    writeSync: writeAllSync,
    setRaw: (isRaw) => keyboard.setRaw(isRaw),
    size: readSize,
    onSignal,
    onExit,
    // To the whole process group, as the terminal itself does: a program that started this one
    // (a task runner, say) must stop too, or the shell would wait for it.
    suspend: () => void process.kill(0, "SIGTSTP"),
    close: () => void reader.cancel().catch(() => {}),
  };
}

interface Keyboard {
  readonly readable: ReadableStream<Uint8Array>;
  setRaw(isRaw: boolean): void;
}

const encoder = new TextEncoder();

async function writeAll(text: string): Promise<void> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}

function writeAllSync(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

function readSize(): Size {
  try {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that does not know its size says 0.
    return columns > 0 && rows > 0 ? { columns, rows } : DEFAULT_SIZE;
  } catch {
    return DEFAULT_SIZE;
  }
}

function onSignal(signal: TerminalSignal, listener: () => void): () => void {
  Deno.addSignalListener(signal, listener);
  return () => Deno.removeSignalListener(signal, listener);
}

const EXIT_EVENTS = ["unload", "error", "unhandledrejection"] as const;

function onExit(listener: () => void): () => void {
  for (const name of EXIT_EVENTS) globalThis.addEventListener(name, listener);
  return () => {
    for (const name of EXIT_EVENTS) globalThis.removeEventListener(name, listener);
  };
}
