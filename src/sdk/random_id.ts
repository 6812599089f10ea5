import { Buffer } from "node:buffer";

/**
 * A random id of 16 lower-case hex digits, the form go-trace gives span ids and trace ids alike. It has
 * 63 random bits, so that it is a positive number for veneur, whose ids are signed. The randomness is
 * fetched for many ids at once: one system call an id would cost more than a whole span.
 */
export function randomId(): string {
  if (at === digits.length) {
    const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES * IDS_AT_ONCE));
    for (let index = 0; index < bytes.length; index += ID_BYTES) bytes[index] &= 0x7f;
    digits = Buffer.from(bytes.buffer).toString("hex");
    at = 0;
  }
  return digits.slice(at, at += ID_BYTES * 2);
}

const ID_BYTES = 8;
/** Ids are slices that keep the whole text in memory, so it stays small. */
const IDS_AT_ONCE = 256;
let digits = "";
let at = 0;
