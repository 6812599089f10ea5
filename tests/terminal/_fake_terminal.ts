import type { Size } from "../../src/terminal/frame.ts";
import type { TerminalIo, TerminalSignal } from "../../src/terminal/terminal_io.ts";

/** A terminal for tests: keys are typed by the test, and what is written is kept. */
export class FakeTerminal implements TerminalIo {
  output = "";
  isRaw = false;
  isClosed = false;
  suspendCount = 0;
  currentSize: Size;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #reads: Uint8Array[] = [];
  #waiting: ((bytes: Uint8Array | undefined) => void) | undefined;
  #onWrite: (() => void) | undefined;

  constructor(size: Size = { columns: 80, rows: 24 }) {
    this.currentSize = size;
  }

  /** How many listeners are registered, which must be none in the end. */
  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }

  type(text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (this.#waiting === undefined) this.#reads.push(bytes);
    else this.#resolveRead(bytes);
  }

  hangUp(): void {
    this.#resolveRead(undefined);
  }

  raise(name: TerminalSignal | "exit"): void {
    for (const listener of [...this.#listeners.get(name) ?? []]) listener();
  }

  /** Waits until what was written meets a condition. */
  async until(condition: (output: string) => boolean): Promise<void> {
    while (!condition(this.output)) {
      await new Promise<void>((resolve) => this.#onWrite = resolve);
    }
  }

  read(): Promise<Uint8Array | undefined> {
    const bytes = this.#reads.shift();
    if (bytes !== undefined) return Promise.resolve(bytes);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  write(text: string): Promise<void> {
    this.writeSync(text);
    return Promise.resolve();
  }

  writeSync(text: string): void {
    this.output += text;
    this.#onWrite?.();
  }

  setRaw(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  size(): Size {
    return this.currentSize;
  }

  onSignal(signal: TerminalSignal, listener: () => void): () => void {
    return this.#listen(signal, listener);
  }

  onExit(listener: () => void): () => void {
    return this.#listen("exit", listener);
  }

  suspend(): void {
    this.suspendCount++;
  }

  close(): void {
    this.isClosed = true;
    this.#resolveRead(undefined);
  }

  #listen(name: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  #resolveRead(bytes: Uint8Array | undefined): void {
    this.#waiting?.(bytes);
    this.#waiting = undefined;
  }
}
