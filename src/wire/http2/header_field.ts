/** One header field; a character for each byte. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}
