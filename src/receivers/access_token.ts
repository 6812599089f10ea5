import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { isLoopback } from "./is_loopback.ts";

/**
 * What programs on other machines have to know in order to send: `Authorization: Bearer TOKEN`, which every
 * OpenTelemetry SDK can be told to send, or `X-Trace-Token: TOKEN`. Programs on this machine need none.
 */
export class AccessToken {
  /** The token itself. */
  readonly text: string;
  readonly #hash: Uint8Array;

  /** @param text @default a random one */
  constructor(text: string = randomBytes(24).toString("base64url")) {
    this.text = text;
    this.#hash = hash(text);
  }

  /**
   * Whether a request may be taken.
   *
   * @param peer The address that it comes from; `undefined` when that is not known.
   * @param header Gives the value of a header by its name in lower case.
   */
  admits(peer: string | undefined, header: (name: string) => string | undefined): boolean {
    return isOwnAddress(peer) || this.isIn(header);
  }

  /** Whether a request carries the token. */
  isIn(header: (name: string) => string | undefined): boolean {
    const bearer = /^Bearer +(.*)$/i.exec(header("authorization") ?? "")?.[1];
    return this.matches((bearer ?? header("x-trace-token"))?.trim());
  }

  /** Whether a text is the token. */
  matches(text: string | undefined): boolean {
    // Hashes have one length, and comparing them tells nothing of the token.
    return text !== undefined && timingSafeEqual(hash(text), this.#hash);
  }
}

/** Whether a connection comes from this machine, by the address of its other end. */
export function isOwnAddress(peer: string | undefined): boolean {
  return peer !== undefined && isLoopback(peer.replace(/^::ffff:/i, ""));
}

function hash(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
