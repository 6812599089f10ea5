import type { EventStore } from "./_event_store.ts";

/**
 * Puts events in the order in which they are sent: by time; at one moment all starts before all ends,
 * parents start before their children and end after them. The end of a span whose clock went
 * backwards comes at the moment of its start.
 *
 * @param events Numbers of events in the store; sorted in place.
 */
export function orderEvents(store: EventStore, events: Uint32Array): void {
  const { unixNanos } = store;
  let first = 0n;
  for (let i = 0; i < events.length; i++) {
    const time = eventMoment(store, events[i]);
    if (i === 0 || time < first) first = time;
  }
  // As doubles these compare much faster than as bigints, and are exact for 104 days; beyond those,
  // times that look equal are compared exactly.
  const moments = new Float64Array(unixNanos.length);
  for (const event of events) moments[event] = Number(eventMoment(store, event) - first);
  events.sort((a, b) =>
    moments[a] - moments[b] ||
    (moments[a] > Number.MAX_SAFE_INTEGER ? compareExactly(store, a, b) : 0) ||
    (a & 1) - (b & 1) ||
    // Recordings are written in the order of the ends, so parents mostly come after their children.
    ((a & 1) === 0 ? b - a : a - b)
  );
  for (let from = 0; from < events.length;) {
    let to = from + 1;
    while (to < events.length && isTie(store, events[from], events[to])) to++;
    if (to - from > 1) orderByTree(store, events.subarray(from, to));
    from = to;
  }
}

/** When an event is to be sent. */
export function eventMoment(store: EventStore, event: number): bigint {
  const time = store.unixNanos[event];
  if ((event & 1) === 0) return time;
  const start = store.unixNanos[event - 1];
  return time < start ? start : time;
}

function isTie(store: EventStore, a: number, b: number): boolean {
  return (a & 1) === (b & 1) && eventMoment(store, a) === eventMoment(store, b);
}

function compareExactly(store: EventStore, a: number, b: number): number {
  const difference = eventMoment(store, a) - eventMoment(store, b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Orders starts (or ends) of one moment by their depth in the tree that they form. */
function orderByTree(store: EventStore, tied: Uint32Array): void {
  const byKey = new Map<number, number>();
  for (const event of tied) byKey.set(store.ownKeys[event >> 1], event);
  const depths = new Map<number, number>();
  for (const event of tied) {
    const path: number[] = [];
    let at: number | undefined = event;
    // A depth of -1 marks events on the path: a ring ends there.
    while (at !== undefined && !depths.has(at)) {
      path.push(at);
      depths.set(at, -1);
      at = byKey.get(store.parentKeys[at >> 1]);
    }
    let depth = at === undefined ? 0 : depths.get(at)! + 1;
    while (path.length > 0) depths.set(path.pop()!, depth++);
  }
  const isEnd = (tied[0] & 1) === 1;
  // Array's sort is stable, a typed array's need not be.
  const sorted = [...tied].sort((a, b) =>
    isEnd ? depths.get(b)! - depths.get(a)! : depths.get(a)! - depths.get(b)!
  );
  tied.set(sorted);
}
