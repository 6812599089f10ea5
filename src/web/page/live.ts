import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ApiInfo, ApiTraceChange } from "../api.ts";
import { parseUnixNano } from "../../model/time.ts";
import type { PageApi, StopStream } from "./page_api.ts";

/** Whether the server is there. */
export type Link = "connecting" | "open" | "lost";

/** What was not seen as it happened. */
export interface Missed {
  /** Spans that went by too fast for the server. */
  readonly skippedSpans: number;
  /** Spans that came while this page was away; they are shown now. */
  readonly awaySpans: number;
  /** How long it was away, in milliseconds. */
  readonly awayMs: number;
}

const NOTHING_MISSED: Missed = { skippedSpans: 0, awaySpans: 0, awayMs: 0 };

const info = signal<ApiInfo | undefined>(undefined);
const link = signal<Link>("connecting");
const missed = signal<Missed>(NOTHING_MISSED);
const frozen = signal<ApiInfo | undefined>(undefined);
const changes = signal<ReadonlyMap<string, ApiTraceChange>>(new Map());

/** The newest that is known of what is shown; `undefined` until the server has answered. */
export const liveInfo: ReadonlySignal<ApiInfo | undefined> = info;
export const serverLink: ReadonlySignal<Link> = link;
export const missedSpans: ReadonlySignal<Missed> = missed;
/** Whether the page stands still. */
export const isPaused: ReadonlySignal<boolean> = computed(() => frozen.value !== undefined);
/** What the page shows: it stays while the page is paused. */
export const shownInfo: ReadonlySignal<ApiInfo | undefined> = computed(() =>
  frozen.value ?? info.value
);
/** The list's version that pages show: it stays while the page is paused. */
export const shownVersion: ReadonlySignal<number> = computed(() =>
  shownInfo.value?.list_version ?? 0
);
/** The last change of each trace that is watched; they wait while the page is paused. */
export const traceChanges: ReadonlySignal<ReadonlyMap<string, ApiTraceChange>> = computed(() => {
  if (frozen.value === undefined) shownChanges = changes.value;
  return shownChanges;
});
let shownChanges: ReadonlyMap<string, ApiTraceChange> = new Map();

let api: PageApi | undefined;
let stop: StopStream = () => {};
const watchers = new Map<string, number>();

/** Where all data comes from. */
export function pageApi(): PageApi {
  if (api === undefined) throw new Error("The page has not been started");
  return api;
}

/** Begins to follow what happens; once. */
export function startLive(source: PageApi): void {
  api = source;
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

/** The server's clock now, in nanoseconds since the epoch: what running spans are measured against. */
export function serverNowUnixNano(): bigint {
  return BigInt(Date.now() + (Number.isFinite(clockAheadMs) ? clockAheadMs : 0)) * 1_000_000n;
}

let isOpening = false;
/** How far the server's clock is ahead of ours; both mostly run on one machine. */
let clockAheadMs = -Infinity;

/** In a moment, so that leaving one trace for another connects once. */
function openStream(): void {
  if (isOpening) return;
  isOpening = true;
  queueMicrotask(() => {
    isOpening = false;
    stop();
    stop = pageApi().stream([...watchers.keys()], {
      info: receiveInfo,
      trace: (change) => {
        changes.value = new Map(changes.peek()).set(change.trace_id, change);
      },
      missed: ({ spans, ms }) => {
        const { skippedSpans } = missed.peek();
        missed.value = { ...missed.peek(), skippedSpans: skippedSpans + spans };
        leave(ms);
      },
      connected: (isConnected) => {
        if (isConnected) clockAheadMs = -Infinity;
        else if (link.peek() === "open") {
          leave(0);
          wasLost = true;
        }
        link.value = isConnected ? "open" : "lost";
      },
      suspended: () => leave(0),
    });
  });
}

/** What there was when the page was told of something for the last time. */
let left: { spans: number; at: number } | undefined;

/** Whether it was because the server was gone, which is always told. */
let wasLost = false;

/** @param ms How long ago that was. */
function leave(ms: number): void {
  left ??= { spans: info.peek()?.spans ?? 0, at: performance.now() - ms };
}

/** Who looks elsewhere for a moment need not be told what came meanwhile: it is shown. */
const SHORT_MS = 2_000;

function receiveInfo(next: ApiInfo): void {
  const now = parseUnixNano(next.now);
  // The largest: an event that waited, because the page stood still, is older than it says.
  if (now !== undefined) {
    clockAheadMs = Math.max(clockAheadMs, Number(now / 1_000_000n) - Date.now());
  }
  if (left !== undefined) {
    const awaySpans = next.spans - left.spans;
    const awayMs = performance.now() - left.at;
    if (awaySpans > 0 && (wasLost || awayMs >= SHORT_MS)) {
      missed.value = { ...missed.peek(), awaySpans, awayMs };
    }
    left = undefined;
    wasLost = false;
  }
  info.value = next;
}
