import { findChildPid } from "./find_child_pid.ts";

/** A program in a terminal of its own, whose output is looked at byte by byte as it comes. */
export class PseudoTerminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #decoder = new TextDecoder();
  /** What came since the last key. */
  #output = "";
  /** When the last of it came. */
  #lastMs = 0;
  #onOutput: (() => void) | undefined;
  #watches: { readonly text: string; readonly resolve: (ms: number) => void }[] = [];
  #isOver = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Runs a command by `script`, which most systems have, in a terminal of 120 columns and 40 rows. */
  static open(command: readonly string[], env: Record<string, string> = {}): PseudoTerminal {
    const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const child = new Deno.Command("script", {
      args: ["-qfec", `stty cols 120 rows 40; exec ${words}`, "/dev/null"],
      env: { TERM: "xterm-256color", LC_ALL: "C.UTF-8", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    return new PseudoTerminal(child);
  }

  /** The process id of the program. */
  pid(): Promise<number | undefined> {
    return findChildPid(this.#child.pid);
  }

  /** Waits until the output since the last key has a text; returns when that came. */
  async until(text: string): Promise<number> {
    await this.#untilOutput(() => this.#output.includes(text), `"${text}" never came`);
    return this.#lastMs;
  }

  /** Resolves with when a text comes, whatever is typed meanwhile. */
  watch(text: string): Promise<number> {
    const watched = Promise.withResolvers<number>();
    this.#watches.push({ text, resolve: watched.resolve });
    return watched.promise;
  }

  /** Waits until nothing has come for so many milliseconds. */
  async settle(quietMs: number): Promise<void> {
    for (;;) {
      const waitMs = this.#lastMs + quietMs - performance.now();
      if (waitMs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /**
   * Types a key, and waits for what comes of it.
   *
   * @param text What the new frame shows. @default anything
   * @returns How many milliseconds it took.
   */
  async press(key: string, text?: string): Promise<number> {
    this.#output = "";
    const began = performance.now();
    await this.#writer.write(new TextEncoder().encode(key));
    await this.#untilOutput(
      () => text === undefined ? this.#output !== "" : this.#output.includes(text),
      `Nothing came of the key "${key}"`,
    );
    return this.#lastMs - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      // It has exited by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#writer.close().catch(() => {});
    await this.#reading;
    await this.#child.status;
  }

  async #read(): Promise<void> {
    for await (const bytes of this.#child.stdout) {
      const text = this.#decoder.decode(bytes, { stream: true });
      this.#output += text;
      if (this.#output.length > MAX_OUTPUT) this.#output = this.#output.slice(-MAX_OUTPUT / 2);
      this.#lastMs = performance.now();
      for (const watch of this.#watches) if (text.includes(watch.text)) watch.resolve(this.#lastMs);
      this.#onOutput?.();
    }
    this.#isOver = true;
    this.#onOutput?.();
  }

  async #untilOutput(isThere: () => boolean, problem: string): Promise<void> {
    const timeout = AbortSignal.timeout(PATIENCE_MS);
    while (!isThere()) {
      if (this.#isOver || timeout.aborted) {
        throw new Error(`${problem}; the last output: ${JSON.stringify(this.#output.slice(-500))}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onOutput = resolve;
      timeout.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
  }
}

const MAX_OUTPUT = 4 * 1024 * 1024;
const PATIENCE_MS = 60_000;
