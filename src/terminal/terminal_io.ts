import type { Size } from "./frame.ts";

/** The signals that a terminal program has to care about. */
export type TerminalSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGWINCH" | "SIGCONT";

/** What a terminal session needs of the outside world; tests bring their own. */
export interface TerminalIo {
  /** Reads keys; `undefined` at the end of input. */
  read(): Promise<Uint8Array | undefined>;
  /** Writes to the screen, waiting until the terminal has taken it. */
  write(text: string): Promise<void>;
  /** Writes to the screen before it returns, for the way out. */
  writeSync(text: string): void;
  /** Whether keys come one by one and unechoed. */
  setRaw(isRaw: boolean): void;
  size(): Size;
  /** Calls back on a signal; returns how to stop that. */
  onSignal(signal: TerminalSignal, listener: () => void): () => void;
  /** Calls back when the program is about to end for whatever reason; returns how to stop that. */
  onExit(listener: () => void): () => void;
  /** Asks the system to stop the program; it goes on after the user brings it back. */
  suspend(): void;
  /** Ends a pending `read` and lets go of the input. */
  close(): void;
}
