import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ApiInfo } from "../api.ts";
import type { PageApi, StopStream } from "./page_api.ts";

/** Whether the server is there. */
export type Connection = "connecting" | "open" | "lost";

/** What the page should tell about what was not seen. */
export interface Missed {
  /** Spans that the stream left out, because the page was slow. */
  readonly skippedCount: number;
  /** Spans that came while there was no connection; they are in the list. */
  readonly awayCount: number;
  readonly awayMs: number;
}

const NOTHING_MISSED: Missed = { skippedCount: 0, awayCount: 0, awayMs: 0 };

const info = signal<ApiInfo | undefined>(undefined);
const connection = signal<Connection>("connecting");
const missed = signal<Missed>(NOTHING_MISSED);
const frozen = signal<ApiInfo | undefined>(undefined);
const changedTraces = signal<ReadonlyMap<string, number>>(new Map());

/** The newest that is known of what is shown; `undefined` until the server has answered. */
export const liveInfo: ReadonlySignal<ApiInfo | undefined> = info;
export const liveConnection: ReadonlySignal<Connection> = connection;
export const missedSpans: ReadonlySignal<Missed> = missed;
/** Whether the page stands still. */
export const isPaused: ReadonlySignal<boolean> = computed(() => frozen.value !== undefined);
/** The list's version that pages show: it stays while the page is paused. */
export const shownVersion: ReadonlySignal<number> = computed(() =>
  (frozen.value ?? info.value)?.version ?? 0
);
/** For traces that are watched, how often each has changed; it stays while the page is paused. */
export const traceChanges: ReadonlySignal<ReadonlyMap<string, number>> = computed(() => {
  if (frozen.value === undefined) shownChanges = changedTraces.value;
  return shownChanges;
});
let shownChanges: ReadonlyMap<string, number> = new Map();

let current: PageApi | undefined;
let stop: StopStream = () => {};
const watchers = new Map<string, number>();

/** Where all data comes from. */
export function pageApi(): PageApi {
  if (current === undefined) throw new Error("The page has not been started");
  return current;
}

/** Begins to follow what happens; once. */
export function startLive(api: PageApi): void {
  current = api;
  api.info().then((answer) => {
    info.value ??= answer;
  }, () => {
    connection.value = "lost";
  });
  openStream();
}

/** Stops the page, or lets it go on. */
export function togglePause(): void {
  frozen.value = frozen.peek() === undefined ? info.peek() : undefined;
}

/** Forgets what was missed, once it was read. */
export function dismissMissed(): void {
  missed.value = NOTHING_MISSED;
}

/** Has changes of a trace told in {@linkcode traceChanges} until the returned function is called. */
export function watchTrace(traceId: string): () => void {
  watchers.set(traceId, (watchers.get(traceId) ?? 0) + 1);
  openStream();
  return () => {
    const count = (watchers.get(traceId) ?? 1) - 1;
    if (count > 0) watchers.set(traceId, count);
    else {
      watchers.delete(traceId);
      openStream();
    }
  };
}

/** In a moment, so that leaving one trace for another connects once. */
function openStream(): void {
  if (isOpening) return;
  isOpening = true;
  queueMicrotask(() => {
    isOpening = false;
    stop();
    stop = pageApi().stream([...watchers.keys()], {
      info: receiveInfo,
      trace: (traceId) => {
        const changes = new Map(changedTraces.peek());
        changes.set(traceId, (changes.get(traceId) ?? 0) + 1);
        changedTraces.value = changes;
      },
      missed: (count) => {
        const { skippedCount } = missed.peek();
        missed.value = { ...missed.peek(), skippedCount: skippedCount + count };
      },
      connected: (isConnected) => {
        if (isConnected) connection.value = "open";
        else if (connection.peek() === "open") {
          connection.value = "lost";
          lostAt = performance.now();
        } else if (connection.peek() === "connecting" && info.peek() === undefined) {
          connection.value = "lost";
        }
      },
    });
  });
}

let isOpening = false;
let lostAt: number | undefined;

function receiveInfo(next: ApiInfo): void {
  const before = info.peek();
  if (lostAt !== undefined && before !== undefined) {
    const awayCount = next.spanCount - before.spanCount;
    const awayMs = performance.now() - lostAt;
    if (awayCount > 0) missed.value = { ...missed.peek(), awayCount, awayMs };
    lostAt = undefined;
    // What changed meanwhile was told to nobody.
    const changes = new Map(changedTraces.peek());
    for (const traceId of watchers.keys()) changes.set(traceId, (changes.get(traceId) ?? 0) + 1);
    changedTraces.value = changes;
  }
  info.value = next;
}
