import type { SocketAddress } from "../model/socket_address.ts";
import type { SsfIntake } from "./ssf_intake.ts";

/** Options of `listenSsf`. */
export interface SsfReceiverOptions {
  /** Where the messages go; receivers may share one. */
  intake: SsfIntake;
  /**
   * Asked after each read from a stream: a promise holds the reading back until it resolves, which in
   * turn holds the senders back once the kernel's buffers are full.
   */
  backPressure?: () => Promise<void> | undefined;
  /** Bytes of one frame's body; a longer one ends its connection. @default 16 MiB */
  maxBodyBytes?: number;
  /** Bytes of one datagram; a longer one is rejected. @default 65,535 */
  maxDatagramBytes?: number;
  /** Connections at once to one address; one more is closed at once and counted. @default 1,000 */
  maxConnections?: number;
}

/** Receives SSF at one address. */
export interface SsfReceiver extends AsyncDisposable {
  /** Where it listens, with the port that it really has. */
  readonly address: SocketAddress;
  /** Connections that were refused because too many were open. */
  readonly refusedConnectionCount: number;
  /** Receives; resolves once the receiver is closed. */
  serve(): Promise<void>;
  /**
   * Stops accepting, and takes what has already arrived.
   *
   * @param drainMs How long to wait for programs that keep sending, in milliseconds. @default 500
   */
  close(drainMs?: number): Promise<void>;
}
