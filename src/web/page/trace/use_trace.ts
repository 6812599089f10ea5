import { untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Trace } from "../../../model/trace.ts";
import { traceAt } from "../../../views/trace_at.ts";
import {
  isPaused,
  pageApi,
  serverNowUnixNano,
  shownInfo,
  traceChanges,
  watchTrace,
} from "../live.ts";
import type { ApiError } from "../page_api.ts";
import { useResource } from "../use_resource.ts";
import { readTrace } from "./read_trace.ts";
import { TraceView } from "./trace_view.ts";

/** The trace that the page is about, as far as it has come. */
export interface ShownTrace {
  /** The same one while the trace grows. */
  readonly view: TraceView | undefined;
  readonly error: ApiError | undefined;
  readonly isLoading: boolean;
  /** Whether only the spans that came first are shown, for the others are still being read. */
  readonly isPart: boolean;
  /** Whether its source has given it up since it was read. */
  readonly isGone: boolean;
  /** Whether nothing of it had begun at the moment that is played. */
  readonly isBefore: boolean;
}

/** Keeps a trace up to date: reads it again when it has changed, and lets it run on in between. */
export function useTrace(traceId: string, at: string | undefined): ShownTrace {
  useEffect(() => watchTrace(traceId), [traceId]);
  const version = traceChanges.value.get(traceId)?.version ?? 0;
  const [part, setPart] = useState<Trace | undefined>(undefined);
  const isFirst = useRef(true);
  const resource = useResource<Trace | undefined>(
    async (signal) => {
      const lines = await pageApi().traceLines(traceId, undefined, signal);
      const whole = await readTrace(traceId, lines, isFirst.current ? setPart : undefined);
      isFirst.current = false;
      return whole;
    },
    traceId,
    version,
    REFETCH_MS,
  );
  const { error, isLoading } = resource;
  // What was read stays when its source gives the trace up.
  const last = useRef<Trace | undefined>(undefined);
  if (resource.value !== undefined) last.current = resource.value;
  const value = last.current?.traceId === traceId
    ? last.current
    : part?.traceId === traceId && isLoading
    ? part
    : undefined;
  const moment = usePaced(at, (value?.nodes.length ?? 0) / SPANS_PER_MS);
  const shown = useMemo(
    () => value === undefined || moment === undefined ? value : traceAt(value, BigInt(moment)),
    [value, moment],
  );
  const kept = useRef<KeptView | undefined>(undefined);
  // What is done to the view reads its signals: that must not make this component depend on them.
  untracked(() => kept.current = nextView(kept.current, traceId, shown));
  const view = kept.current?.traceId === traceId ? kept.current.view : undefined;
  useLayoutEffect(() => {
    if (view !== undefined && moment !== undefined) view.advance(BigInt(moment));
  }, [view, shown, moment]);
  useRunning(view, moment !== undefined);
  return {
    view: shown === undefined ? undefined : view,
    error,
    isLoading,
    isPart: value !== undefined && value === part,
    isGone: value !== undefined && error?.reason === "missing",
    isBefore: value !== undefined && shown === undefined,
  };
}

/** The newest of values that change faster than what is made of them can be made; the last one in any case. */
function usePaced<Value>(value: Value, pauseMs: number): Value {
  const [paced, setPaced] = useState(value);
  const changedMs = useRef(-Infinity);
  useEffect(() => {
    const timer = setTimeout(() => {
      changedMs.current = performance.now();
      setPaced(value);
    }, changedMs.current + pauseMs - performance.now());
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return paced;
}

interface KeptView {
  readonly traceId: string;
  readonly trace: Trace;
  readonly view: TraceView;
}

/** The view of another version of a trace: the same one, as long as the trace is. */
function nextView(
  kept: KeptView | undefined,
  traceId: string,
  trace: Trace | undefined,
): KeptView | undefined {
  if (trace === undefined || trace === kept?.trace) return kept;
  if (kept?.traceId !== traceId) return { traceId, trace, view: new TraceView(trace) };
  kept.view.show(trace);
  return { ...kept, trace };
}

/** Lets spans that run grow while somebody looks, at a rate at which that still looks like growing. */
function useRunning(view: TraceView | undefined, isPlayed: boolean): void {
  useEffect(() => {
    if (view === undefined || isPlayed) return;
    let frame = 0;
    let last = -Infinity;
    function onFrame(time: number): void {
      frame = requestAnimationFrame(onFrame);
      if (time - last < GROW_MS || isPaused.peek()) return;
      if (view!.model.peek().trace.runningCount === 0) return;
      if (shownInfo.peek()?.connection !== "live") return;
      last = time;
      view!.advance(serverNowUnixNano());
    }
    frame = requestAnimationFrame(onFrame);
    return () => cancelAnimationFrame(frame);
  }, [view, isPlayed]);
}

/** What running spans are measured against; `undefined` where nothing runs any more. */
export function nowOfView(at: string | undefined): bigint | undefined {
  if (at !== undefined) return BigInt(at);
  return shownInfo.value?.connection === "live" ? serverNowUnixNano() : undefined;
}

/** How long to wait at least before a trace that has changed is read again. */
const REFETCH_MS = 500;
const GROW_MS = 100;
/** While a trace is played, so many spans are put together anew each millisecond: a fraction of what is possible. */
const SPANS_PER_MS = 100;
