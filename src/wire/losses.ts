/** What a protocol could not keep as it was, as numbers of spans by what it was. */
export interface Losses {
  /** Left out. */
  readonly dropped: Record<string, number>;
  /** Sent in another form. */
  readonly changed: Record<string, number>;
}
