import { Buffer } from "node:buffer";

/**
 * What sets a terminal's clipboard (OSC 52). The text is written as Base64, so that nothing in it can end the
 * sequence or begin another one.
 *
 * @example
 * ```ts
 * import { clipboardSequence } from "./clipboard.ts";
 *
 * if (clipboardSequence("hi\x07") !== "\x1b]52;c;aGkH\x07") throw new Error("wrong");
 * ```
 */
export function clipboardSequence(text: string): string {
  return `\x1b]52;c;${Buffer.from(text, "utf8").toString("base64")}\x07`;
}
