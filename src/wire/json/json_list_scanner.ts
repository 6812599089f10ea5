import { DecodeError } from "../decode_error.ts";

/** What a {@linkcode JsonListScanner} looks for. */
export interface JsonListScannerOptions {
  /** Fields of the outermost object whose lists hold the items; one that is an object is an item itself. */
  readonly fields: readonly string[];
  /**
   * Gets each item as soon as it is complete.
   *
   * @param item Valid during the call only.
   * @param field Where it was; `undefined` for an item of an outermost list, or an outermost object.
   */
  readonly onItem: (item: Uint8Array, field: string | undefined) => void;
  /** Called when a line begins anew before the last has ended, and for a line of something else. */
  readonly onDamage?: () => void;
  /** Whether outermost objects are items themselves, whatever fields they have. @default false */
  readonly areObjectsItems?: boolean;
  /**
   * Whether `{` at the beginning of a line always begins an outermost object, as in JSON Lines, so that
   * a damaged line does not take the next with it. @default false
   */
  readonly isLineWise?: boolean;
  /** The longest item, in bytes. @default 256 MiB */
  readonly maxItemBytes?: number;
}

/**
 * Takes the items of a list in JSON apart while it arrives, so that a long file is never in memory as a
 * whole and one that is cut gives all items before the cut. The list is the text itself (`[…]`) or in a field
 * of it (`{"data":[…]}`); several texts may follow each other, as in JSON Lines. Items are the
 * objects and lists in it. Whether an item is valid is for its parser to find out.
 */
export class JsonListScanner {
  readonly #fields: ReadonlySet<string>;
  readonly #options: JsonListScannerOptions;
  readonly #maxItemBytes: number;
  /** From the beginning of the item or key that is incomplete. */
  #held: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #at = 0;
  /** Where in the text what is held begins. */
  #base = 0;
  #depth = 0;
  #isInString = false;
  /** Where in `#held` the current string at depth 1 began, for it may be a key. */
  #keyStart = -1;
  #key: string | undefined;
  /** The depth at which items begin; 0 outside of lists of items. */
  #listDepth = 0;
  #itemStart = -1;
  /** The depth at which the current item began. */
  #itemDepth = 0;
  #itemOffset = 0;
  #isLineStart = true;
  /** Whether the line has something outside of any object or list. */
  #isStray = false;

  constructor(options: JsonListScannerOptions) {
    this.#options = options;
    this.#fields = new Set(options.fields);
    this.#maxItemBytes = options.maxItemBytes ?? 256 * 1024 * 1024;
  }

  /** Whether the text has ended where it may: if there is no more, nothing is missing. */
  get isComplete(): boolean {
    return this.#depth === 0 && !this.#isInString;
  }

  /** Where the next byte of the text is that has not been looked at. */
  get offset(): number {
    return this.#base + Math.min(this.#at, this.#length);
  }

  /** Where the last item began. */
  get itemOffset(): number {
    return this.#itemOffset;
  }

  /** What there is of an item that is not complete; `undefined` between items. */
  get incompleteItem(): Uint8Array | undefined {
    return this.#itemStart < 0 ? undefined : this.#held.subarray(this.#itemStart, this.#length);
  }

  /**
   * Takes the next bytes of the text.
   *
   * @param bytes Any number of them; not kept.
   * @throws {DecodeError} When an item is longer than the limit.
   */
  push(bytes: Uint8Array): void {
    this.#append(bytes);
    while (this.#at < this.#length) this.#step();
    this.#forget();
  }

  #step(): void {
    const at = this.#at++;
    const byte = this.#held[at];
    const isLineStart = this.#isLineStart;
    this.#isLineStart = byte === LINE_FEED || isLineStart && byte === CARRIAGE_RETURN;
    if (byte === LINE_FEED) {
      // No string goes over a line's end: one that seems to lost its closing quote.
      this.#isInString = this.#isStray = false;
      return;
    }
    if (isLineStart && byte === OPEN_OBJECT && this.#options.isLineWise) this.#reset();
    if (this.#isInString) {
      if (byte === BACKSLASH) this.#at++;
      else if (byte === QUOTE) this.#endString(at);
      return;
    }
    if (this.#depth === 0 && byte > SPACE && byte !== OPEN_OBJECT && byte !== OPEN_LIST) {
      this.#takeStray(at);
      return;
    }
    switch (byte) {
      case QUOTE:
        this.#isInString = true;
        if (this.#depth === 1 && this.#listDepth === 0) this.#keyStart = at + 1;
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        this.#open(byte === OPEN_LIST, at);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        this.#close(at);
        break;
    }
  }

  #takeStray(at: number): void {
    // A byte order mark is none.
    if (this.#isStray || this.#base + at < 3 && this.#held[at] >= 0xbb) return;
    this.#isStray = true;
    this.#options.onDamage?.();
  }

  #endString(at: number): void {
    this.#isInString = false;
    if (this.#keyStart < 0) return;
    const key = this.#held.subarray(this.#keyStart, at);
    this.#key = key.length > MAX_KEY_BYTES ? undefined : UTF8.decode(key);
    this.#keyStart = -1;
  }

  #open(isList: boolean, at: number): void {
    const { areObjectsItems } = this.#options;
    const isField = this.#depth === 1 && this.#listDepth === 0 && !areObjectsItems &&
      this.#fields.has(this.#key ?? "");
    if (this.#depth === 0) {
      this.#key = undefined;
      if (isList) this.#listDepth = 1;
      else if (areObjectsItems) this.#beginItem(at);
    } else if (isField && isList) {
      this.#listDepth = 2;
    } else if (isField || this.#depth === this.#listDepth) {
      if (this.#itemStart < 0) this.#beginItem(at);
    }
    this.#depth++;
  }

  #beginItem(at: number): void {
    this.#itemStart = at;
    this.#itemDepth = this.#depth;
    this.#itemOffset = this.#base + at;
  }

  #close(at: number): void {
    if (this.#depth > 0) this.#depth--;
    if (this.#itemStart >= 0 && this.#depth === this.#itemDepth) {
      const item = this.#held.subarray(this.#itemStart, at + 1);
      this.#itemStart = -1;
      this.#options.onItem(item, this.#depth === 0 ? undefined : this.#key);
    }
    if (this.#depth < this.#listDepth) this.#listDepth = 0;
  }

  #reset(): void {
    if (this.#depth === 0) return;
    this.#options.onDamage?.();
    this.#depth = this.#listDepth = 0;
    this.#itemStart = this.#keyStart = -1;
    this.#isInString = false;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
  }

  /** Lets go of what no item or key needs. */
  #forget(): void {
    const start = this.#itemStart >= 0 ? this.#itemStart : this.#keyStart;
    // A backslash at the end has moved the place beyond the bytes.
    const from = start >= 0 ? start : Math.min(this.#at, this.#length);
    if (this.#length - from > this.#maxItemBytes) {
      throw new DecodeError(
        `An entry has more than ${this.#maxItemBytes} bytes`,
        this.#base + from,
      );
    }
    if (from === 0) return;
    this.#base += from;
    this.#held.copyWithin(0, from, this.#length);
    this.#length -= from;
    this.#at -= from;
    if (this.#itemStart >= 0) this.#itemStart -= from;
    if (this.#keyStart >= 0) this.#keyStart -= from;
  }
}

const UTF8 = new TextDecoder();
const INITIAL_BYTES = 64 * 1024;
const MAX_KEY_BYTES = 256;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
