/**
 * Makes valid JSON of the beginning of one: everything after the last complete object in a list of a
 * given field is cut off, and what is open is closed. What is left says nothing that the whole would not.
 *
 * @param cut The beginning of a JSON text.
 * @param field The field whose lists may be cut.
 * @returns `undefined` when no such object is complete.
 */
export function closeCutJson(cut: Uint8Array, field: string): Uint8Array | undefined {
  const open: { readonly closer: number; readonly key: string | undefined }[] = [];
  let key: string | undefined;
  let end = 0;
  let closers: number[] = [];
  for (let at = 0; at < cut.length; at++) {
    const byte = cut[at];
    if (byte === QUOTE) {
      const from = at + 1;
      at = stringEnd(cut, from);
      // Values land here, too: no harm, for no list follows them without a key between.
      if (at - from === field.length) key = UTF8.decode(cut.subarray(from, at));
      else key = undefined;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      open.push({ closer: byte + 2, key });
      key = undefined;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (open.pop()?.closer !== byte) break;
      const list = open.at(-1);
      if (list?.closer === CLOSE_LIST && list.key === field) {
        end = at + 1;
        if (open.length !== closers.length) closers = open.map(({ closer }) => closer).reverse();
      }
    }
  }
  if (end === 0) return undefined;
  const closed = new Uint8Array(end + closers.length);
  closed.set(cut.subarray(0, end));
  closed.set(closers, end);
  return closed;
}

const UTF8 = new TextDecoder();
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Offset of the closing quote of the string that begins at `from`; the end if it has none. */
function stringEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, bytes.length);
}
