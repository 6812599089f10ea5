/**
 * The sending end of a connected stream socket. It never keeps the program alive by itself, never
 * throws, and notices when the other side goes away.
 */
export interface SendingSocket {
  /** Whether bytes can still be sent. */
  readonly isOpen: boolean;
  /**
   * Writes all the bytes. One write at a time: wait for a promise before the next.
   *
   * @returns Whether the kernel has taken all of them: at once where the runtime can say so, else a promise.
   */
  write(bytes: Uint8Array): boolean | Promise<boolean>;
  /**
   * Writes as much as the kernel takes while the program is exiting, when no promise will settle any
   * more: first what is left of an unfinished `write`, then the bytes.
   *
   * @param deadlineMs How long it may block where it can, in milliseconds.
   * @returns Whether the kernel took everything, as far as the runtime tells.
   */
  writeAtExit(bytes: Uint8Array, deadlineMs: number): boolean;
  /** Closes the connection; an unfinished `write` answers false. Resolves once nothing is left behind. */
  close(): Promise<void>;
}

/** A connection being made. */
export interface SendingSocketAttempt {
  /** Resolves to `undefined` when nobody listens or it is not allowed. Never rejects. */
  readonly socket: Promise<SendingSocket | undefined>;
  /** Ends an attempt that nobody has answered: `socket` resolves to `undefined`. */
  giveUp?(): void;
  /** See {@linkcode SendingSocket.writeAtExit}; false where a half-made connection cannot be used. */
  writeAtExit(bytes: Uint8Array, deadlineMs: number): boolean;
}
