import { createSsfSpan, type SsfSample } from "../../wire/ssf/ssf_span.ts";
import type { Client } from "../client.ts";
import type { OnSendOutcome, RecordResult } from "../client_results.ts";
import { record } from "../record.ts";
import type { Samples } from "../ssf/samples.ts";

/** A batch without metrics was to be reported. */
export class ErrNoMetrics extends Error {
  override readonly name = "ErrNoMetrics";

  constructor() {
    super("Cannot report: the batch has no metrics");
  }
}

/** Whether metrics were taken: `no_metrics` when there are none. */
export type ReportResult =
  | RecordResult
  | { readonly status: "no_metrics"; readonly error: ErrNoMetrics };

/**
 * Has a client send metrics without a span of their own.
 *
 * @param client `undefined` gives `no_client`.
 * @example
 * ```ts
 * import { newChannelClient } from "../mod.ts";
 * import { count, gauge, Samples } from "../ssf/mod.ts";
 * import { report } from "./mod.ts";
 *
 * await using client = newChannelClient([]);
 * const samples = new Samples();
 * samples.add(count("a.counter", 2), gauge("a.gauge", 420));
 * if (report(client, samples).status !== "accepted") throw new Error("refused");
 * if (report(client, new Samples()).status !== "no_metrics") throw new Error("which?");
 * ```
 */
export function report(client: Client | undefined, samples: Samples): ReportResult {
  return reportBatch(client, samples.batch);
}

/** The same for an array. */
export function reportBatch(
  client: Client | undefined,
  samples: readonly SsfSample[],
): ReportResult {
  return reportAsync(client, samples);
}

/**
 * The same for an array.
 *
 * @param onOutcome Called later, once, with what became of it, if it was accepted.
 */
export function reportAsync(
  client: Client | undefined,
  samples: readonly SsfSample[],
  onOutcome?: OnSendOutcome,
): ReportResult {
  if (samples.length === 0) return NO_METRICS;
  return record(client, createSsfSpan({ metrics: [...samples] }), onOutcome);
}

/** The same for a single metric. */
export function reportOne(client: Client | undefined, sample: SsfSample): ReportResult {
  return reportBatch(client, [sample]);
}

const NO_METRICS = Object.freeze({ status: "no_metrics", error: new ErrNoMetrics() } as const);
