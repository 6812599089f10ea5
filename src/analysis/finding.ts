import type { Operation } from "./operation.ts";

/** What can be found when two recordings are compared. */
export const FINDING_KINDS = [
  "slower",
  "more_calls",
  "more_errors",
  "new",
  "gone",
  "fewer_errors",
  "fewer_calls",
  "faster",
] as const;

/** See {@linkcode FINDING_KINDS}. */
export type FindingKind = typeof FINDING_KINDS[number];

/** The figures of an operation at one place, in one recording. */
export interface PlaceFigures {
  /** Samples of its time: traces, or spans where traces are few. */
  readonly sampleCount: number;
  /** The median of the time that it takes itself, in nanoseconds; 0 of no samples. */
  readonly selfNano: number;
  /** The mean number of calls by one parent that did not fail; of a root, in one trace. */
  readonly callsPerParent: number;
  /** The share of calls that failed on their own account. */
  readonly errorRate: number;
}

/** Where a finding was made. */
export interface FindingPlace {
  /** The operations above it, the root first; empty for a root. */
  readonly path: readonly Operation[];
  /** Absent where the operation was not there. */
  readonly before?: PlaceFigures;
  /** The same. */
  readonly after?: PlaceFigures;
  /** The probability that chance makes such a difference, corrected for the number of tests. */
  readonly probability: number;
}

/** Something that two recordings differ in. */
export interface Finding {
  readonly kind: FindingKind;
  readonly operation: Operation;
  /** The largest difference first; at least one. */
  readonly places: readonly FindingPlace[];
  /** Whether the operation is nowhere in the other recording: a new statement, a new endpoint. */
  readonly isOnlyHere: boolean;
  /** How many other operations are new or gone with it, because they stand under it. */
  readonly operationsBelow: number;
}
