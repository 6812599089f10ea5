/**
 * What became of one attempt to send. Failing is normal here, so it is an answer, not an exception.
 *
 * - `ok`: taken, except for as many as `refused` says: a receiver may take a part.
 * - `rejected`: lost for good; sending the same again would be wrong or useless.
 * - `retry`: nothing was taken; the same may be tried again after `afterMs` milliseconds.
 */
export type SendResult =
  | { readonly status: "ok"; readonly refused?: Refusal }
  | { readonly status: "rejected"; readonly reason: string; readonly message?: string }
  | { readonly status: "retry"; readonly afterMs: number; readonly reason?: string };

/** The part of a message that a receiver did not take, though it took the rest. */
export interface Refusal {
  readonly count: number;
  /** The receiver's words. */
  readonly message: string;
}

/** The answer that needs no details. */
export const SENT: SendResult = Object.freeze({ status: "ok" });

/** Makes a `rejected` answer. */
export function rejected(reason: string, message?: string): SendResult {
  return message ? { status: "rejected", reason, message } : { status: "rejected", reason };
}

/** Makes a `retry` answer. */
export function retryAfter(afterMs: number, reason?: string): SendResult {
  return reason ? { status: "retry", afterMs, reason } : { status: "retry", afterMs };
}
