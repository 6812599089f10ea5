import type { SpanQuery } from "../query/compile_query.ts";
import type { FeedItem } from "../tui/app.ts";
import { TraceFilter } from "./trace_filter.ts";

/**
 * Passes a feed on with the spans of those traces alone in which a query finds something. Traces are
 * judged as they change, but so seldom that it takes no more than a tenth of the time.
 */
export async function* filterFeed(
  feed: AsyncIterable<FeedItem>,
  query: SpanQuery,
): AsyncGenerator<FeedItem> {
  const filter = new TraceFilter(query);
  const iterator = feed[Symbol.asyncIterator]();
  let dueMs = 0;

  function judge(): void {
    const beganMs = performance.now();
    filter.judge();
    const endMs = performance.now();
    dueMs = endMs + Math.max(JUDGE_INTERVAL_MS, 10 * (endMs - beganMs));
  }

  let next = iterator.next();
  for (;;) {
    const waitMs = filter.hasChanges ? Math.max(0, dueMs - performance.now()) : undefined;
    const result = await within(next, waitMs);
    const item = result?.done === false ? result.value : undefined;
    if (item?.type === "spans") filter.add(item.spans);
    // What is there must be shown before it is said that this was all.
    const isTurn = result?.done || item?.type === "connection" || performance.now() >= dueMs;
    if (isTurn && filter.hasChanges) judge();
    const released = filter.takeReleased();
    if (released.length > 0) yield { type: "spans", spans: released };
    if (item !== undefined && item.type !== "spans") yield item;
    if (result?.done) return;
    if (result !== undefined) next = iterator.next();
  }
}

const JUDGE_INTERVAL_MS = 100;

/** What a promise resolves to; `undefined` when it takes longer than some milliseconds, if given. */
async function within<T>(promise: Promise<T>, ms: number | undefined): Promise<T | undefined> {
  if (ms === undefined) return await promise;
  const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
