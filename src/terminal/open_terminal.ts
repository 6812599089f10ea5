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
  const { read, setRaw } = keyboard ??= openKeyboard();
  const { promise: closed, resolve: close } = Promise.withResolvers<undefined>();
  return {
    read: () => Promise.race([read(), closed]),
    write: writeAll,
    writeSync: writeAllSync,
    setRaw,
    size: readSize,
    onSignal,
    onExit,
    // To the whole process group, as the terminal itself does: a program that started this one
    // (a task runner, say) must stop too, or the shell would wait for it.
    suspend: () => void process.kill(0, "SIGTSTP"),
    close: () => close(undefined),
  };
}

/** Where keys come from: the same for one full-screen program after the other. */
interface Keyboard {
  read(): Promise<Uint8Array | undefined>;
  setRaw(isRaw: boolean): void;
}

let keyboard: Keyboard | undefined;

function openKeyboard(): Keyboard {
  const input = Deno.stdin.isTerminal()
    ? Deno.stdin
    : Deno.openSync(CONTROLLING_TERMINAL, { read: true, write: true });
  const reader = input.readable.getReader();
  let pending: Promise<Uint8Array | undefined> | undefined;
  return {
    // A read cannot be taken back: what it brings is for whoever has the terminal then.
    read: () =>
      pending ??= reader.read().then(({ value }) => value).finally(() => pending = undefined),
    setRaw: (isRaw) => input.setRaw(isRaw),
  };
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
