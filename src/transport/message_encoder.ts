/** Bytes that a transport sends at once, and how many events they carry. */
export interface EncodedMessage {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** How a protocol makes messages of events. */
export interface MessageEncoder<Event> {
  /**
   * Called once for each event, in the order in which they were recorded. Must not throw.
   *
   * @param onDropped Called for events that the protocol cannot carry, with the reason.
   */
  encode(
    events: readonly Event[],
    onDropped: (reason: string, count: number) => void,
  ): EncodedMessage[];
  /** Whether messages one after the other are a message again, so that what waits goes together. */
  readonly isJoinable: boolean;
}
