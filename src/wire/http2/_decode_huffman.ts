import { DecodeError } from "../decode_error.ts";

/**
 * Decodes a string of the Huffman code of RFC 7541, appendix B.
 *
 * @returns A character for each byte.
 * @throws {DecodeError} When it has the end symbol in it, or ends in anything but up to seven bits of that.
 */
export function decodeHuffman(bytes: Uint8Array): string {
  let text = "";
  let code = 0;
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code << 1 | bytes[at] >> bit & 1;
      length++;
      const index = code - FIRST_CODES[length];
      if (index >= 0 && index < COUNTS[length]) {
        text += CHARACTERS[FIRST_PLACES[length] + index];
        code = 0;
        length = 0;
      } else if (length === LONGEST) {
        throw new DecodeError("A Huffman code is none of the characters", at);
      }
    }
  }
  if (length > 7 || code !== (1 << length) - 1) {
    throw new DecodeError("A Huffman code is cut", bytes.length);
  }
  return text;
}

/** The length of the code of each byte, a digit of base 36 for each: codes of a length follow one another. */
const LENGTHS = "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca" +
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq";
const LONGEST = 30;

/** By the length of codes: the first code, how many there are, and the place of the first among all characters. */
const FIRST_CODES = new Int32Array(LONGEST + 1);
const COUNTS = new Int32Array(LONGEST + 1);
const FIRST_PLACES = new Int32Array(LONGEST + 1);
const CHARACTERS: string[] = [];
for (let length = 1, code = 0; length <= LONGEST; length++) {
  code <<= 1;
  FIRST_CODES[length] = code;
  FIRST_PLACES[length] = CHARACTERS.length;
  for (let byte = 0; byte < LENGTHS.length; byte++) {
    if (parseInt(LENGTHS[byte], 36) === length) CHARACTERS.push(String.fromCharCode(byte));
  }
  COUNTS[length] = CHARACTERS.length - FIRST_PLACES[length];
  code += COUNTS[length];
}
