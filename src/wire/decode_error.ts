/** Bytes or text that a decoder cannot read, with the place where it gave up. */
export class DecodeError extends SyntaxError {
  override readonly name = "DecodeError";
  /** Offset in bytes (or in characters for text) of the first thing that is wrong. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
