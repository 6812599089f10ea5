/**
 * What became of one attempt to send. Failing is normal here, so it is an answer, not an exception.
 *
 * - `ok`: taken.
 * - `rejected`: lost for good; sending the same again would be wrong or useless.
 * - `retry`: nothing was sent; the same may be tried again after `afterMs` milliseconds.
 */
export type SendResult =
  | { readonly status: "ok" }
  | { readonly status: "rejected"; readonly reason: string }
  | { readonly status: "retry"; readonly afterMs: number };

/** The answer that needs no details. */
export const SENT: SendResult = Object.freeze({ status: "ok" });

/** Makes a `rejected` answer. */
export function rejected(reason: string): SendResult {
  return { status: "rejected", reason };
}

/** Makes a `retry` answer. */
export function retryAfter(afterMs: number): SendResult {
  return { status: "retry", afterMs };
}
