import type { Frame, Size } from "./frame.ts";
import { clipboardSequence } from "./clipboard.ts";
import { ClickCounter } from "./click_counter.ts";
import {
  DISABLE_MOUSE,
  DISABLE_PASTE,
  ENABLE_MOUSE,
  ENABLE_PASTE,
  KeyParser,
  type TerminalInput,
} from "./keys.ts";
import { Renderer } from "./renderer.ts";
import type { TerminalIo } from "./terminal_io.ts";

/** Another screen, no cursor, no wrapping of long lines, pasted text marked. */
const ENTER = `\x1b[?1049h\x1b[?25l\x1b[?7l${ENABLE_PASTE}`;
/** The way back, in the reverse order; an update cut short must not leave the screen frozen. */
const LEAVE = `\x1b[?2026l\x1b[0m${DISABLE_MOUSE}${DISABLE_PASTE}\x1b[?7h\x1b[?25h\x1b[?1049l`;
/** An escape character that nothing follows for this long was the Escape key. */
const ESCAPE_MS = 50;
/** After asking to be stopped, this long on the program's own clock means that it was not. */
const RESUME_MS = 100;

/** A signal that asks the program to end. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What a terminal session calls. */
export interface TerminalListener {
  onInput(input: TerminalInput): void;
  onResize(size: Size): void;
  /** Signals that ask to end; the screen is restored already. */
  onEnd(signal: EndSignal): void;
  /** Nobody can type any more: the terminal is gone. */
  onInputEnd(): void;
}

/** How a program uses the terminal. */
export interface TerminalSessionOptions {
  /** Whether to write colours. */
  readonly isColored: boolean;
  readonly listener: TerminalListener;
  /** Whether the mouse is the program's; then the terminal selects text only with Shift held. @default true */
  readonly hasMouse?: boolean;
}

/**
 * The terminal in the hands of a full-screen program, from construction until disposal. Whatever way
 * the program ends by, the screen, the cursor and the keyboard are as they were before.
 *
 * @example
 * ```ts ignore
 * using session = new TerminalSession(openTerminal(), { isColored: true, listener });
 * await session.draw([[{ text: "hello" }]]);
 * ```
 */
export class TerminalSession implements Disposable {
  readonly #io: TerminalIo;
  readonly #listener: TerminalListener;
  readonly #renderer: Renderer;
  readonly #parser = new KeyParser();
  readonly #clicks = new ClickCounter();
  readonly #hasMouse: boolean;
  readonly #removers: (() => void)[] = [];
  #escapeTimer: ReturnType<typeof setTimeout> | undefined;
  #resumeTimer: ReturnType<typeof setTimeout> | undefined;
  #copied = "";
  #isEntered = false;
  #isDisposed = false;

  constructor(io: TerminalIo, options: TerminalSessionOptions) {
    this.#io = io;
    this.#hasMouse = options.hasMouse ?? true;
    this.#listener = options.listener;
    this.#renderer = new Renderer(options.isColored);
    // Before anything changes, so that there is no moment in which an exit would leave it changed.
    this.#removers.push(io.onExit(() => this.#leave()));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      this.#removers.push(io.onSignal(signal, () => this.#end(signal)));
    }
    this.#removers.push(io.onSignal("SIGWINCH", () => this.#listener.onResize(this.#io.size())));
    this.#removers.push(io.onSignal("SIGCONT", () => this.#resume()));
    try {
      this.#enter();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.#readInput();
  }

  get size(): Size {
    return this.#io.size();
  }

  /** Shows a frame; resolves when the terminal has taken it. */
  async draw(frame: Frame): Promise<void> {
    if (!this.#isEntered) return;
    const output = this.#copied + this.#renderer.render(frame, this.#io.size());
    this.#copied = "";
    if (output !== "") await this.#io.write(output);
  }

  /** Makes the next frame be written whole, for a screen that something else wrote to. */
  invalidate(): void {
    this.#renderer.invalidate();
  }

  /**
   * Puts a text into the clipboard of the user's terminal, if that lets programs do so. It is written with
   * the next frame, because two writes at once would run into each other.
   */
  copy(text: string): void {
    this.#copied = clipboardSequence(text);
  }

  /** Gives the screen back, stops the program, and takes the screen again when it continues. */
  suspend(): void {
    this.#leave();
    this.#io.suspend();
    // Where a process cannot be stopped, as in an orphaned group, no signal brings it back. Not at
    // once, because being stopped may take effect a little later.
    this.#resumeTimer = setTimeout(() => this.#resume(), RESUME_MS);
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    clearTimeout(this.#escapeTimer);
    clearTimeout(this.#resumeTimer);
    this.#leave();
    for (const remove of this.#removers) remove();
    this.#io.close();
  }

  /** Takes the terminal again after the program was stopped, by whomever: the shell has changed it. */
  #resume(): void {
    clearTimeout(this.#resumeTimer);
    if (this.#isDisposed) return;
    this.#isEntered = false;
    this.#enter();
    this.#listener.onResize(this.#io.size());
  }

  #enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#io.setRaw(true);
    this.#renderer.invalidate();
    this.#io.writeSync(this.#hasMouse ? ENTER + ENABLE_MOUSE : ENTER);
  }

  #leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    // Each on its own: a terminal that is gone fails the first, and the second must still be tried.
    attempt(() => this.#io.writeSync(LEAVE));
    attempt(() => this.#io.setRaw(false));
  }

  #end(signal: EndSignal): void {
    this.#leave();
    this.#listener.onEnd(signal);
  }

  async #readInput(): Promise<void> {
    for (;;) {
      const bytes = await this.#read();
      if (this.#isDisposed) return;
      if (bytes === undefined) break;
      clearTimeout(this.#escapeTimer);
      this.#deliver(this.#parser.feed(bytes));
      if (this.#parser.isPending) {
        this.#escapeTimer = setTimeout(() => this.#deliver(this.#parser.flush()), ESCAPE_MS);
      }
    }
    this.#listener.onInputEnd();
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#io.read();
    } catch {
      // A terminal that vanished fails the read; that is the end of input too.
      return undefined;
    }
  }

  #deliver(inputs: readonly TerminalInput[]): void {
    for (const input of inputs) {
      this.#listener.onInput(input.type === "mouse" ? this.#clicks.count(input) : input);
    }
  }
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Nothing is left to restore on a terminal that cannot be written to.
  }
}
