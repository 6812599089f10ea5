/** One end of a stream connection, as all three runtimes can give it. */
export interface ByteConnection {
  /** The address of the other end of a TCP connection; `undefined` for others. */
  readonly peer?: string;
  /**
   * Reads what has arrived, at most as much as fits.
   *
   * @returns The number of bytes read; `undefined` when the other side will send no more, or the
   * connection broke or was closed.
   */
  read(into: Uint8Array): Promise<number | undefined>;
  /**
   * Writes all the bytes; resolves when the kernel has taken them.
   *
   * @throws {Error} When the connection is broken or closed.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes both directions; doing so again has no effect. */
  close(): void;
}

/** A socket that accepts connections. */
export interface ByteListener {
  /** Waits for the next connection; `undefined` once the listener is closed. */
  accept(): Promise<ByteConnection | undefined>;
  /** Stops accepting; doing so again has no effect. */
  close(): void;
}
