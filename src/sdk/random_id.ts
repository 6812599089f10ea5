import { Buffer } from "node:buffer";

/**
 * A random id of 16 lower-case hex digits, the form go-trace gives span ids and trace ids alike. It has
 * 63 random bits, so that it is a positive number for veneur, whose ids are signed. The digits of many
 * ids are made at once, by a generator that the system's randomness seeds: asking the system for each
 * id took a tenth of all that a span costs.
 */
export function randomId(): string {
  if (at === digits.length) {
    for (let index = 0; index < words.length; index++) words[index] = nextWord();
    for (let index = 0; index < bytes.length; index += ID_BYTES) bytes[index] &= 0x7f;
    digits = bytes.toString("hex");
    at = 0;
  }
  return digits.slice(at, at += ID_BYTES * 2);
}

/** The generator xoshiro128++ of Blackman and Vigna, https://prng.di.unimi.it/xoshiro128plusplus.c */
function nextWord(): number {
  const sum = state[0] + state[3] | 0;
  const word = (sum << 7 | sum >>> 25) + state[0] | 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = state[3] << 11 | state[3] >>> 21;
  return word;
}

const ID_BYTES = 8;
/** Ids are slices that keep the whole text in memory, so it stays small. */
const IDS_AT_ONCE = 256;
const words = new Int32Array(ID_BYTES / 4 * IDS_AT_ONCE);
const bytes = Buffer.from(words.buffer);
const state = crypto.getRandomValues(new Int32Array(4));
let digits = "";
let at = 0;
