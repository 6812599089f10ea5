import { DecodeError } from "../wire/decode_error.ts";
import { BodyError, type BodyFailure } from "./body_buffer.ts";

/** Those of https://grpc.io/docs/guides/status-codes/ that are used here. */
export const GRPC_STATUS = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Why a call is not taken. */
export class GrpcProblem extends Error {
  override readonly name = "GrpcProblem";
  readonly status: number;
  /** What it is counted as. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** What to tell the sender of a call that failed with an error. */
export function toGrpcProblem(error: unknown): GrpcProblem {
  if (error instanceof GrpcProblem) return error;
  if (error instanceof DecodeError) {
    return new GrpcProblem(GRPC_STATUS.INVALID_ARGUMENT, "malformed", error.message);
  }
  if (error instanceof BodyError) {
    return new GrpcProblem(BODY_STATUS[error.reason], error.reason, error.message);
  }
  // A mistake of ours must cost no more than the call that shows it.
  return new GrpcProblem(
    GRPC_STATUS.INTERNAL,
    "internal_error",
    `Cannot take the call: ${error}`,
  );
}

/** What is too much right now may be tried again; what is too long may not. */
const BODY_STATUS: Readonly<Record<BodyFailure, number>> = {
  too_long: GRPC_STATUS.RESOURCE_EXHAUSTED,
  overloaded: GRPC_STATUS.UNAVAILABLE,
  malformed_encoding: GRPC_STATUS.INVALID_ARGUMENT,
};
