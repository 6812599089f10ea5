import * as z from "zod";
import { escapeText } from "../terminal/escape_text.ts";

/**
 * The text of an answer, line by line, within a number of bytes. Bytes are counted as they are sent: in
 * JSON, where quotation marks and line breaks take two.
 *
 * @example
 * ```ts
 * import { Answer } from "./answer.ts";
 *
 * const answer = new Answer(1000);
 * while (answer.add("a line"));
 * answer.note("There is more.");
 * if (!answer.toString().endsWith("There is more.")) throw new Error("wrong");
 * ```
 */
export class Answer {
  readonly #lines: string[] = [];
  readonly #notes: string[] = [];
  #freeBytes: number;
  #freeNoteBytes: number;

  constructor(maxBytes: number) {
    const bytes = maxBytes - ENVELOPE_BYTES;
    this.#freeNoteBytes = Math.min(MAX_NOTE_BYTES, Math.floor(bytes / 2));
    this.#freeBytes = bytes - this.#freeNoteBytes;
  }

  /** Bytes left for lines. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Adds a line; false when there is no room for it. */
  add(line: string): boolean {
    const bytes = lineBytes(line);
    if (bytes > this.#freeBytes) return false;
    this.#freeBytes -= bytes;
    this.#lines.push(line);
    return true;
  }

  /** Adds a line that goes to the end and has room set aside; what finds none is cut. */
  note(line: string): void {
    const free = this.#freeNoteBytes + this.#freeBytes;
    if (lineBytes(line) > free) return this.#noteCut(line, free);
    const bytes = lineBytes(line);
    const reserved = Math.min(bytes, this.#freeNoteBytes);
    this.#freeNoteBytes -= reserved;
    this.#freeBytes -= bytes - reserved;
    this.#notes.push(line);
  }

  #noteCut(line: string, freeBytes: number): void {
    const part = longestFit(line, freeBytes, (text) => `${text}…`);
    if (part !== "") this.note(`${part}…`);
  }

  toString(): string {
    return [...this.#lines, ...this.#notes].join("\n");
  }
}

/** How many bytes a line takes when it is sent. */
export function lineBytes(line: string): number {
  return encoder.encode(JSON.stringify(line)).length;
}

/**
 * The longest beginning of a text that makes a line which fits, within 1 %; empty when none does.
 *
 * @param toLine Makes the line.
 */
export function longestFit(
  text: string,
  freeBytes: number,
  toLine: (part: string) => string,
): string {
  let low = 0;
  // No character takes less than a byte.
  let high = Math.min(text.length, Math.max(0, freeBytes));
  while (high - low > high / 100 + 1) {
    const middle = Math.ceil((low + high) / 2);
    if (lineBytes(toLine(text.slice(0, middle))) <= freeBytes) low = middle;
    else high = middle;
  }
  return beginningOf(text, low);
}

/** Foreign text as one harmless line; blanks and line breaks become spaces, and what is longer is cut. */
export function shownText(text: string, maxLength: number): string {
  const part = escapeText(beginningOf(text, maxLength).replace(/[ \t\r\n]+/g, " "));
  return text.length > maxLength ? `${part}…` : part;
}

/** At most the first characters of a text, no pair of surrogates cut in two. */
export function beginningOf(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const isPair = /[\ud800-\udbff]/.test(text[maxLength - 1]);
  return text.slice(0, isPair ? maxLength - 1 : maxLength);
}

/** Text of several lines that may hold foreign text: each line is made harmless, and the whole is cut. */
export function shownLines(text: string, maxLength: number): string {
  const lines = beginningOf(text, maxLength).split("\n").map(escapeText).join("\n");
  return text.length > maxLength ? `${lines}…` : lines;
}

/**
 * A call as the agent may make it next: the same with some arguments changed. What is as it would be
 * without saying so is left out.
 */
export function describeCall(
  tool: string,
  input: z.ZodObject,
  args: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>>,
): string {
  const shown: string[] = [];
  for (const [key, value] of Object.entries({ ...args, ...changes })) {
    if (value === undefined || value === defaultOf(input.shape[key])) continue;
    const isLong = typeof value === "string" && value.length > MAX_SHOWN_ARGUMENT;
    shown.push(`${JSON.stringify(key)}:${isLong ? "<as before>" : JSON.stringify(value)}`);
  }
  return `${tool} ${escapeText(`{${shown.join(",")}}`)}`;
}

function defaultOf(parameter: unknown): unknown {
  return parameter instanceof z.ZodDefault ? parameter.def.defaultValue : undefined;
}

const encoder = new TextEncoder();
/** What stands around the text of an answer when it is sent. */
const ENVELOPE_BYTES = 300;
const MAX_NOTE_BYTES = 1500;
const MAX_SHOWN_ARGUMENT = 200;
