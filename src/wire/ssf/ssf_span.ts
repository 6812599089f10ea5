/** The words for veneur's metric types, in the order of their numbers. */
export const SSF_METRICS = ["counter", "gauge", "histogram", "set", "status"] as const;
/** The words for the results of veneur's status checks, in the order of their numbers. */
export const SSF_STATUSES = ["ok", "warning", "critical", "unknown"] as const;
/** The words for how far a sample is to be aggregated, in the order of their numbers. */
export const SSF_SCOPES = ["default", "local", "global"] as const;

/** A metric type: a word, or a number that has none, as it came. */
export type SsfMetric = typeof SSF_METRICS[number] | number;
/** The result of a status check: a word, or a number that has none, as it came. */
export type SsfStatus = typeof SSF_STATUSES[number] | number;
/** The scope of a sample: a word, or a number that has none, as it came. */
export type SsfScope = typeof SSF_SCOPES[number] | number;

/** Names and values of a span or a sample; without a prototype when they come from the decoder. */
export type SsfTags = Readonly<Record<string, string>>;

/**
 * One message of veneur's Sensor Sensibility Format: a span, metric samples, or both. As proto3 has
 * it, no field is ever missing: what was not sent is 0, `""`, `false` or empty.
 */
export interface SsfSpan {
  /** 32 bits, signed. */
  readonly version: number;
  readonly traceId: bigint;
  readonly id: bigint;
  /** 0 for a root span. */
  readonly parentId: bigint;
  /** Nanoseconds since the Unix epoch. */
  readonly startTimestamp: bigint;
  /** Nanoseconds since the Unix epoch. */
  readonly endTimestamp: bigint;
  readonly error: boolean;
  readonly service: string;
  readonly metrics: readonly SsfSample[];
  readonly tags: SsfTags;
  readonly indicator: boolean;
  readonly name: string;
  /** When the trace's root span began, in nanoseconds since the Unix epoch. */
  readonly rootStartTimestamp: bigint;
}

/** One metric sample inside a {@linkcode SsfSpan}. */
export interface SsfSample {
  readonly metric: SsfMetric;
  readonly name: string;
  /** 32 bits of floating point on the wire. */
  readonly value: number;
  /** Nanoseconds since the Unix epoch. */
  readonly timestamp: bigint;
  readonly message: string;
  readonly status: SsfStatus;
  /** The share of samples that is sent, in (0, 1]; 0 stands for 1. 32 bits of floating point. */
  readonly sampleRate: number;
  readonly tags: SsfTags;
  readonly unit: string;
  readonly scope: SsfScope;
}

/**
 * Makes a span of the fields that are given; the rest has proto3's defaults.
 *
 * @example
 * ```ts
 * import { createSsfSpan } from "./ssf_span.ts";
 *
 * const span = createSsfSpan({ id: 1n, traceId: 1n, name: "charge" });
 * if (span.parentId !== 0n || span.error) throw new Error("not a default");
 * ```
 */
export function createSsfSpan(fields?: Partial<SsfSpan>): SsfSpan {
  const span: SsfSpan = {
    version: 0,
    traceId: 0n,
    id: 0n,
    parentId: 0n,
    startTimestamp: 0n,
    endTimestamp: 0n,
    error: false,
    service: "",
    metrics: [],
    tags: Object.create(null),
    indicator: false,
    name: "",
    rootStartTimestamp: 0n,
  };
  return fields === undefined ? span : { ...span, ...fields };
}

/** Makes a sample of the fields that are given; the rest has proto3's defaults. */
export function createSsfSample(fields?: Partial<SsfSample>): SsfSample {
  const sample: SsfSample = {
    metric: "counter",
    name: "",
    value: 0,
    timestamp: 0n,
    message: "",
    status: "ok",
    sampleRate: 0,
    tags: Object.create(null),
    unit: "",
    scope: "default",
  };
  return fields === undefined ? sample : { ...sample, ...fields };
}
