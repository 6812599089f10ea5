import { batch, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { countText } from "../../../views/count_text.ts";
import { shownText } from "../components/text.tsx";
import { useKeys } from "../keyboard.ts";
import { navigate, pageRoute, route, routeUrl } from "../router.ts";
import { follow } from "../shell/header.tsx";
import { copyText } from "./copy_button.tsx";
import { DetailsPanel } from "./details_panel.tsx";
import { FlameView } from "./flame_view.tsx";
import { MinimapView } from "./minimap_view.tsx";
import { panWindow, zoomWindow } from "./time_window.ts";
import { TraceHeader } from "./trace_header.tsx";
import { TraceJson } from "./trace_json.tsx";
import { TRACE_KEYS, type TraceAction } from "./trace_keys.ts";
import { NO_SEARCH } from "./trace_search.ts";
import { TraceStats } from "./trace_stats.tsx";
import { TraceToolbar } from "./trace_toolbar.tsx";
import { ROW_HEIGHT, type TraceView } from "./trace_view.ts";
import { nowOfView, useTrace } from "./use_trace.ts";
import { Waterfall } from "./waterfall.tsx";

/** The page of one trace. */
export function TracePage(
  { id, spanId }: {
    readonly id: string;
    /** The span that is selected; absent for none. */
    readonly spanId: string | undefined;
  },
): JSX.Element {
  const { at } = route.value;
  const { view, error, isLoading, isPart, isGone, isBefore } = useTrace(id, at);
  if (view !== undefined) {
    return (
      <LoadedTrace
        key={id}
        view={view}
        spanId={spanId}
        at={at}
        isPart={isPart}
        isGone={isGone}
      />
    );
  }
  if (isBefore) {
    return (
      <Message title="This trace has not begun yet" text="Play on, or choose a later moment." />
    );
  }
  if (isLoading) {
    return (
      <div class="empty" role="status">
        <p class="dim">Reading trace {shownText(id, 64)} …</p>
      </div>
    );
  }
  if (error !== undefined && error.reason !== "missing") {
    return <Message title="The trace could not be read" text={error.message} />;
  }
  return (
    <Message
      title={`There is no trace ${shownText(id, 64)}`}
      text="It may have been given up to keep a bound on memory, or its spans have not come yet."
    />
  );
}

function Message({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  const list = pageRoute("traces");
  return (
    <div class="empty" role="status">
      <h1>{title}</h1>
      <p>{text}</p>
      <a class="button" href={routeUrl(list)} onClick={follow(list)}>To the traces</a>
    </div>
  );
}

function LoadedTrace({ view, spanId, at, isPart, isGone }: {
  readonly view: TraceView;
  readonly spanId: string | undefined;
  readonly at: string | undefined;
  readonly isPart: boolean;
  readonly isGone: boolean;
}): JSX.Element {
  const treeWidth = useSignal(startTreeWidth());
  const input = useRef<HTMLInputElement>(null);
  const missing = useAddress(view, spanId);
  usePreparing(view, isPart);
  useEffect(() => {
    const { rootSpan } = view.model.value.trace;
    document.title = `${shownText(rootSpan.name, 80)} · trace`;
    return () => {
      document.title = "trace";
    };
  }, [view]);
  useTraceKeys(view, input);
  const tab = view.tab.value;
  function openDetails(): void {
    view.showsDetails.value = true;
  }
  function closeDetails(): void {
    view.showsDetails.value = false;
    document.querySelector<HTMLElement>("[role=tree]")?.focus();
  }
  return (
    <div class="trace-page">
      <TraceHeader view={view} isPart={isPart} />
      {isGone && (
        <p class="notice" role="status">
          The session has given this trace up to keep a bound on memory; what was read of it stays
          here. JSON has a button to download it.
        </p>
      )}
      {missing !== undefined && !isPart && (
        <p class="notice" role="status">
          Span {shownText(missing, 64)} is not in this trace (yet).
        </p>
      )}
      <TraceToolbar view={view} input={input} />
      {tab === "waterfall" && <MinimapView view={view} />}
      <div
        class="trace-main"
        id="panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
      >
        {tab === "waterfall" && (
          <>
            <Waterfall view={view} treeWidth={treeWidth} onOpen={openDetails} />
            {view.showsDetails.value && (
              <DetailsPanel
                view={view}
                nowUnixNano={() => nowOfView(at)}
                onClose={closeDetails}
              />
            )}
          </>
        )}
        {tab === "flame" && <FlameView view={view} />}
        {tab === "stats" && <TraceStats view={view} />}
        {tab === "json" && <TraceJson view={view} />}
      </div>
      <p class="visually-hidden" role="status">
        {countText(view.rows.value.count, "row")}
      </p>
    </div>
  );
}

/** Selects the span of the address, and lets the address follow what is selected. */
function useAddress(view: TraceView, spanId: string | undefined): string | undefined {
  // What the address said last, by whoever it was written.
  const known = useRef<string | undefined>(undefined);
  const missing = useSignal<string | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { trace } = view.model.value;
  useEffect(() => {
    if (spanId === undefined || spanId === known.current && missing.peek() === undefined) return;
    known.current = spanId;
    const index = view.indexOf(spanId);
    missing.value = index === undefined ? spanId : undefined;
    if (index === undefined) return;
    batch(() => {
      view.showsDetails.value = true;
      view.selectSpan(index);
    });
  }, [view, spanId, trace]);
  useSignalEffect(() => {
    const selected = view.selection.value;
    clearTimeout(timer.current);
    if (selected === undefined || selected.type !== "span") return;
    missing.value = undefined;
    // When the selection rests: browsers refuse addresses that change as fast as a key repeats.
    timer.current = setTimeout(() => {
      known.current = selected.spanId;
      navigate({ spanId: selected.spanId }, "replace");
    }, ADDRESS_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return missing.value;
}

const ADDRESS_MS = 150;

/** Prepares each version of the trace for what comes once its rows are on the screen. */
function usePreparing(view: TraceView, isPart: boolean): void {
  const model = view.model.value;
  useEffect(() => {
    // The rest comes in a moment.
    if (isPart) return;
    const timer = setTimeout(() => view.prepare(), PREPARE_MS);
    return () => clearTimeout(timer);
  }, [model, isPart]);
}

const PREPARE_MS = 50;

/** A third of the page, as long as that leaves room for names and for bars. */
function startTreeWidth(): number {
  return Math.round(Math.max(180, Math.min(520, globalThis.innerWidth * 0.34)));
}

function useTraceKeys(
  view: TraceView,
  input: { readonly current: HTMLInputElement | null },
): void {
  const pageRows = (): number => Math.max(1, Math.floor(view.height.value / ROW_HEIGHT) - 1);
  const move = (by: number): void => {
    const place = view.selectedPlace.value;
    view.select(place < 0 ? Math.floor(view.top.value / ROW_HEIGHT) : place + by);
  };
  const zoom = (factor: number): void => {
    const { fromNano, toNano } = view.window.value;
    const { durationNano } = view.model.value;
    const middle = (fromNano + toNano) / 2;
    view.setWindow(zoomWindow(view.window.value, factor, middle, durationNano));
  };
  const pan = (share: number): void => {
    const { fromNano, toNano } = view.window.value;
    const { durationNano } = view.model.value;
    view.setWindow(panWindow(view.window.value, (toNano - fromNano) * share, durationNano));
  };
  /** What only makes sense while the waterfall is shown. */
  const inWaterfall = (act: () => void) => (): boolean => {
    if (view.tab.value !== "waterfall") return false;
    act();
    return true;
  };
  const handlers: Record<TraceAction, () => boolean | void> = {
    next: inWaterfall(() => move(1)),
    previous: inWaterfall(() => move(-1)),
    page_down: inWaterfall(() => move(pageRows())),
    page_up: inWaterfall(() => move(-pageRows())),
    first: inWaterfall(() => view.select(0)),
    last: inWaterfall(() => view.select(Infinity)),
    enter: inWaterfall(() => view.enter()),
    leave: inWaterfall(() => view.leave()),
    toggle: inWaterfall(() => view.fold(view.selectedPlace.value)),
    details: inWaterfall(() => {
      if (view.selectedPlace.value < 0) view.select(0);
      view.showsDetails.value = !view.showsDetails.value;
    }),
    next_error: () => goTo(view, () => view.goToNext(view.model.value.errors, 1)),
    previous_error: () => goTo(view, () => view.goToNext(view.model.value.errors, -1)),
    search: () => {
      input.current?.focus();
      input.current?.select();
    },
    next_match: () => goTo(view, () => view.goToNext(view.matches.value.indexes, 1)),
    previous_match: () => goTo(view, () => view.goToNext(view.matches.value.indexes, -1)),
    zoom: inWaterfall(() => view.zoomToSelected()),
    zoom_out: inWaterfall(() => view.zoomOut()),
    zoom_in: inWaterfall(() => zoom(0.5)),
    zoom_less: inWaterfall(() => zoom(2)),
    pan_left: inWaterfall(() => pan(-0.25)),
    pan_right: inWaterfall(() => pan(0.25)),
    fold_all: inWaterfall(() => view.foldTo(0)),
    unfold_all: inWaterfall(() => view.foldTo(undefined)),
    toggle_all: inWaterfall(() => view.foldTo(view.folds.value.maxDepth === 0 ? undefined : 0)),
    group: () => view.toggleGrouping(),
    path: inWaterfall(() => view.toggleFilter("path")),
    waterfall: () => {
      view.tab.value = "waterfall";
    },
    flame: () => {
      view.tab.value = "flame";
    },
    stats: () => {
      view.tab.value = "stats";
    },
    json: () => {
      view.tab.value = "json";
    },
    copy: () => {
      const selected = view.selection.value;
      if (selected === undefined) return false;
      void copyText(selected.spanId);
    },
    copy_trace: () => void copyText(view.model.value.trace.traceId),
    escape: () => escape(view),
  };
  useKeys("Trace", TRACE_KEYS, handlers);
}

/** Shows the waterfall, and there a span. */
function goTo(view: TraceView, act: () => void): void {
  batch(() => {
    view.tab.value = "waterfall";
    act();
  });
}

/** Takes back one thing after the other: the tab, the search, the details, the filter, the zoom. */
function escape(view: TraceView): boolean {
  if (view.tab.value !== "waterfall") view.tab.value = "waterfall";
  else if (view.search.value.text !== "") view.search.value = NO_SEARCH;
  else if (view.showsDetails.value) view.showsDetails.value = false;
  else if (view.filter.value !== "all") view.filter.value = "all";
  else if (!view.isWhole) view.zoomOut();
  else return false;
  return true;
}
