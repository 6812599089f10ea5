/**
 * What a user pressed: a name such as `up`, `pagedown`, `enter`, `space`, `escape`, `ctrl+d`,
 * `alt+x`, or the character itself, such as `j`, `G` or `é`.
 */
export interface KeyInput {
  readonly type: "key";
  readonly key: string;
}

/** Text pasted into the terminal; its characters are not keys. */
export interface PasteInput {
  readonly type: "paste";
  readonly text: string;
}

/** Something that the mouse did. */
export interface MouseInput {
  readonly type: "mouse";
  readonly action: "press" | "release" | "drag" | "wheel_up" | "wheel_down";
  /** The button of a press, a drag, or a release. */
  readonly button: "left" | "middle" | "right";
  /** Where, from 0 at the left and at the top. */
  readonly column: number;
  readonly row: number;
  /** 2 for the second press of a double click. */
  readonly clickCount: number;
}

/** What a terminal sends. */
export type TerminalInput = KeyInput | PasteInput | MouseInput;

/** Asks the terminal to mark pasted text, and to stop that. */
export const ENABLE_PASTE = "\x1b[?2004h";
export const DISABLE_PASTE = "\x1b[?2004l";
/** Asks the terminal to tell of the mouse's buttons and its wheel (SGR form), and to stop that. */
export const ENABLE_MOUSE = "\x1b[?1002h\x1b[?1006h";
export const DISABLE_MOUSE = "\x1b[?1006l\x1b[?1002l";

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
/** A paste may be long, but what waits for its end is bounded. */
const MAX_PASTE_LENGTH = 1 << 16;
/** No sequence that a keyboard sends is longer. */
const MAX_SEQUENCE_LENGTH = 32;

const FINAL_KEYS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "clear",
  F: "end",
  H: "home",
  M: "enter",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  Z: "shift+tab",
};

const TILDE_KEYS: Readonly<Record<string, string>> = {
  "1": "home",
  "2": "insert",
  "3": "delete",
  "4": "end",
  "5": "pageup",
  "6": "pagedown",
  "7": "home",
  "8": "end",
};

/**
 * Turns the bytes a terminal sends into keys. Sequences and characters may be split over reads
 * anywhere; what is incomplete waits for the next read.
 *
 * @example
 * ```ts
 * import { KeyParser } from "./keys.ts";
 *
 * const parser = new KeyParser();
 * parser.feed(new Uint8Array([0x1b]));
 * const [input] = parser.feed(new Uint8Array([0x5b, 0x41]));
 * if (input.type !== "key" || input.key !== "up") throw new Error("wrong");
 * ```
 */
export class KeyParser {
  readonly #decoder = new TextDecoder();
  #pending = "";
  #pasted: string | undefined;

  /**
   * Whether an escape character waits for what may follow it. When nothing does within some 50 ms,
   * it was the Escape key: call `flush`.
   */
  get isPending(): boolean {
    return this.#pending !== "";
  }

  /** Takes what was read and returns the inputs that are complete. */
  feed(bytes: Uint8Array): TerminalInput[] {
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    const inputs: TerminalInput[] = [];
    while (this.#pending !== "" && this.#take(inputs));
    return inputs;
  }

  /** Takes what waits for more as it is. */
  flush(): TerminalInput[] {
    const pending = this.#pending;
    this.#pending = "";
    if (pending === "" || this.#pasted !== undefined) return [];
    if (pending === "\x1b") return [key("escape")];
    // An escape and the start of a sequence that never came: the Alt key and that character.
    return pending.length === 2 ? [key(`alt+${keyName(pending[1])}`)] : [];
  }

  /** Takes one input off the pending text; false when it is incomplete. */
  #take(inputs: TerminalInput[]): boolean {
    const pending = this.#pending;
    if (this.#pasted !== undefined) return this.#takePaste(this.#pasted, inputs);
    if (pending[0] !== "\x1b") {
      const character = String.fromCodePoint(pending.codePointAt(0) as number);
      this.#pending = pending.slice(character.length);
      inputs.push(key(keyName(character)));
      return true;
    }
    if (pending.length === 1) return false;
    if (pending[1] === "[" || pending[1] === "O") return this.#takeSequence(inputs);
    if (pending[1] === "\x1b") {
      this.#pending = pending.slice(1);
      inputs.push(key("escape"));
      return true;
    }
    const character = String.fromCodePoint(pending.codePointAt(1) as number);
    this.#pending = pending.slice(1 + character.length);
    inputs.push(key(`alt+${keyName(character)}`));
    return true;
  }

  #takeSequence(inputs: TerminalInput[]): boolean {
    const pending = this.#pending;
    let end = 2;
    // Parameters and intermediates, then one final character.
    while (end < pending.length && pending[end] >= " " && pending[end] <= "?") end++;
    if (end === pending.length && end < MAX_SEQUENCE_LENGTH) return false;
    if (end >= MAX_SEQUENCE_LENGTH || pending[end] < "@" || pending[end] > "~") {
      // Not a sequence after all: it is dropped, and what broke it is read anew.
      this.#pending = pending.slice(end);
      return true;
    }
    const sequence = pending.slice(0, end + 1);
    this.#pending = pending.slice(end + 1);
    if (sequence === PASTE_START) this.#pasted = "";
    else if (sequence[2] === "<") {
      const input = mouseInput(sequence.slice(3, -1), sequence[sequence.length - 1]);
      if (input !== undefined) inputs.push(input);
    } else if (sequence !== PASTE_END) {
      const name = sequenceName(sequence.slice(2, -1), sequence[sequence.length - 1]);
      if (name !== undefined) inputs.push(key(name));
    }
    return true;
  }

  #takePaste(pasted: string, inputs: TerminalInput[]): boolean {
    const end = this.#pending.indexOf(PASTE_END);
    if (end >= 0) {
      inputs.push({
        type: "paste",
        text: (pasted + this.#pending.slice(0, end)).slice(0, MAX_PASTE_LENGTH),
      });
      this.#pending = this.#pending.slice(end + PASTE_END.length);
      this.#pasted = undefined;
      return true;
    }
    // The end may be split over reads, so its possible beginning stays.
    const taken = Math.max(0, this.#pending.length - PASTE_END.length);
    this.#pasted = (pasted + this.#pending.slice(0, taken)).slice(0, MAX_PASTE_LENGTH);
    this.#pending = this.#pending.slice(taken);
    return false;
  }
}

function key(name: string): KeyInput {
  return { type: "key", key: name };
}

function keyName(character: string): string {
  switch (character) {
    case "\r":
    case "\n":
      return "enter";
    case "\t":
      return "tab";
    case " ":
      return "space";
    case "\x7f":
    case "\b":
      return "backspace";
    case "\0":
      return "ctrl+space";
  }
  if (character >= " ") return character;
  return `ctrl+${String.fromCharCode(character.charCodeAt(0) + 0x60)}`;
}

const BUTTONS = ["left", "middle", "right"] as const;

/** What `CSI < b ; x ; y M` or `m` says; `undefined` for what no view has a use for. */
function mouseInput(parameters: string, final: string): MouseInput | undefined {
  const match = /^(\d{1,3});(\d{1,5});(\d{1,5})$/.exec(parameters);
  if (match === null || (final !== "M" && final !== "m")) return undefined;
  const code = Number(match[1]);
  const place = { column: Number(match[2]) - 1, row: Number(match[3]) - 1, clickCount: 1 };
  if (place.column < 0 || place.row < 0) return undefined;
  // Bits 4, 8 and 16 are Shift, Alt and Ctrl.
  const button = BUTTONS[code & 3];
  if (code & 64) {
    if ((code & 3) > 1) return undefined;
    const action = code & 1 ? "wheel_down" : "wheel_up";
    return { type: "mouse", action, button: "left", ...place };
  }
  if (button === undefined || code & 128) return undefined;
  const action = final === "m" ? "release" : code & 32 ? "drag" : "press";
  return { type: "mouse", action, button, ...place };
}

/** Bits of the modifier parameter, which is their sum plus 1. */
const MODIFIERS = [[4, "ctrl+"], [2, "alt+"], [1, "shift+"]] as const;

function sequenceName(parameters: string, final: string): string | undefined {
  const [first, modifier = "1"] = parameters.split(";");
  const name = final === "~" ? TILDE_KEYS[first] : FINAL_KEYS[final];
  if (name === undefined) return undefined;
  const bits = Number(modifier) - 1;
  let prefix = "";
  for (const [bit, word] of MODIFIERS) if (bits & bit) prefix += word;
  return prefix + name;
}
