import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import type { Client } from "./client.ts";
import {
  DISABLED,
  type FlushResult,
  NO_CLIENT,
  type OnSendOutcome,
  type RecordResult,
} from "./client_results.ts";
import { isDisabled } from "./default_client.ts";
import type { StatsCounter } from "./stats_counter.ts";

/**
 * Has a client send a span. Does not wait and does not throw.
 *
 * @param client `undefined` gives `no_client`.
 * @param span Sent soon, so it must not be changed any more.
 * @param onOutcome Called later, once, if the span was accepted.
 * @example
 * ```ts
 * import { newChannelClient, record } from "./mod.ts";
 * import { createSsfSpan } from "./ssf/mod.ts";
 *
 * await using client = newChannelClient([], { capacity: 1 });
 * const results = [1n, 2n].map((id) => record(client, createSsfSpan({ id })).status);
 * if (results.join() !== "accepted,accepted") throw new Error("an array takes everything at once");
 * if (record(undefined, createSsfSpan()).status !== "no_client") throw new Error("which one?");
 * ```
 */
export function record(
  client: Client | undefined,
  span: SsfSpan,
  onOutcome?: OnSendOutcome,
): RecordResult {
  if (isDisabled()) return DISABLED;
  return client === undefined ? NO_CLIENT : client.record(span, onOutcome);
}

/**
 * Has a client pass on everything that was recorded before, and send what its backends have buffered.
 * Keeps the program alive until that is done, which includes connecting.
 *
 * @returns Never rejects.
 */
export function flush(client: Client | undefined): Promise<FlushResult> {
  return client === undefined ? Promise.resolve(NO_CLIENT) : client.flush();
}

/**
 * The same without a promise to wait for.
 *
 * @param onResult What it throws is swallowed.
 */
export function flushAsync(
  client: Client | undefined,
  onResult?: (result: FlushResult) => void,
): void {
  flush(client).then(onResult).catch(() => {});
}

/**
 * Reports how often a client took or refused spans and how its flushes went, as the counters
 * `trace_client.records_succeeded_total`, `records_failed_total`, `flushes_succeeded_total` and
 * `flushes_failed_total`, and begins to count anew.
 */
export function sendClientStatistics(
  client: Client | undefined,
  counter: StatsCounter,
  tags: readonly string[] = [],
): void {
  client?.sendStatistics(counter, tags);
}

/** Makes a client answer `would_block` for ever, whatever is recorded or flushed; for tests. */
export function neutralizeClient(client: Client): void {
  client.neutralize();
}
