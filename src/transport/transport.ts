import type { SendResult } from "./send_result.ts";

/** A way to send bytes somewhere. Nothing here throws or rejects. */
export interface Transport {
  /**
   * Sends one batch of whole messages. One at a time: wait for a promise before the next.
   *
   * @returns At once where the outcome is known at once, else a promise.
   */
  send(batch: Uint8Array): SendResult | Promise<SendResult>;
  /**
   * The last chance before the program is gone: sends, without waiting for anything but the kernel,
   * what an unfinished `send` still holds and then this batch, as far as possible.
   *
   * @param deadlineMs How long it may block, in milliseconds.
   * @returns Whether the batch was handed over, not whether it arrives.
   */
  sendAtExit(batch: Uint8Array, deadlineMs: number): boolean;
  /** Gives the connection up. Resolves once nothing is left behind; doing so again has no effect. */
  close(): Promise<void>;
}
