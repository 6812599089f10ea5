import { ErrNoClient, ErrWouldBlock, type FlushError } from "./client_errors.ts";

/**
 * Whether a client has taken a span. `would_block`: its queue is full. `closed`: it was closed before.
 * `no_client`: there is none. `disabled`: recording is switched off, which is no error.
 */
export type RecordResult =
  | { readonly status: "accepted" }
  | { readonly status: "disabled" }
  | { readonly status: "would_block"; readonly error: ErrWouldBlock }
  | { readonly status: "closed"; readonly error: ErrWouldBlock }
  | { readonly status: "no_client"; readonly error: ErrNoClient };

/**
 * What became of a span that was taken. `sent`: the backend, or the kernel, has it. `buffered`: it waits
 * for a flush. `failed`: it is lost; a networked client tells why by a `SendError`.
 */
export type SendOutcome =
  | { readonly status: "sent" }
  | { readonly status: "buffered" }
  | { readonly status: "failed"; readonly error: Error };

/** Called once, later, with what became of a span. What it throws is swallowed. */
export type OnSendOutcome = (outcome: SendOutcome) => void;

/** How a flush, or closing a client, went. */
export type FlushResult =
  | { readonly status: "ok" }
  | { readonly status: "failed"; readonly error: FlushError }
  | { readonly status: "would_block"; readonly error: ErrWouldBlock }
  | { readonly status: "closed"; readonly error: ErrWouldBlock }
  | { readonly status: "no_client"; readonly error: ErrNoClient };

// One of each for all: an answer given a million times should not gather a million stacks.
export const ACCEPTED = Object.freeze({ status: "accepted" } as const);
export const DISABLED = Object.freeze({ status: "disabled" } as const);
export const WOULD_BLOCK = Object.freeze(
  { status: "would_block", error: new ErrWouldBlock() } as const,
);
export const CLOSED = Object.freeze(
  {
    status: "closed",
    error: new ErrWouldBlock("Cannot take the span: the client is closed"),
  } as const,
);
export const NO_CLIENT = Object.freeze({ status: "no_client", error: new ErrNoClient() } as const);
export const OK = Object.freeze({ status: "ok" } as const);
export const SENT = Object.freeze({ status: "sent" } as const);
export const BUFFERED = Object.freeze({ status: "buffered" } as const);
