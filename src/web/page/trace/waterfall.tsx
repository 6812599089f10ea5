import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { timeTicks } from "../../../views/time_axis.ts";
import type { TraceRow } from "../../../views/span_rows.ts";
import { drawWaterfall } from "./draw_waterfall.ts";
import { tickCount, TimeScale } from "./time_scale.ts";
import { panWindow, zoomWindow } from "./time_window.ts";
import { TimeRuler } from "./time_ruler.tsx";
import { rowId, TreeRow } from "./tree_row.tsx";
import { ROW_HEIGHT, type TraceView } from "./trace_view.ts";
import { useCanvas } from "./use_canvas.ts";
import { useTimeGestures } from "./use_time_gestures.ts";
import { wheelPixels } from "./wheel_pixels.ts";

/** The tree at the left, the bars of its rows at the right, and the ruler above them. */
export function Waterfall(
  { view, treeWidth, onOpen }: {
    readonly view: TraceView;
    readonly treeWidth: ReadonlySignal<number> & { value: number };
    /** Called when a row was chosen. */
    readonly onOpen: (place: number) => void;
  },
): JSX.Element {
  const hovered = useSignal(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const { canvas, size } = useCanvas((context, { width, height }, theme) => {
    const top = view.top.value;
    const window = view.window.value;
    const matches = view.matches.value;
    const first = Math.floor(top / ROW_HEIGHT);
    const rows: TraceRow[] = [];
    for (let place = first; place * ROW_HEIGHT < top + height; place++) {
      const row = view.rowAt(place);
      if (row === undefined) break;
      rows.push(row);
    }
    drawWaterfall(context, {
      model: view.model.value,
      theme,
      window,
      width,
      height,
      rows,
      firstRow: first,
      top: first * ROW_HEIGHT - top,
      rowHeight: ROW_HEIGHT,
      selectedRow: view.selectedPlace.value,
      hoveredRow: hovered.value,
      ticks: timeTicks(window.fromNano, window.toNano, tickCount(width)).map(({ nano }) => nano),
      cursorX: view.pointerX.value,
      showsPath: view.showsPath.value,
      isSearching: matches.text !== "",
      isMatch: (index) => matches.marks[index] === 1,
      hasMatch: (indexes) => indexes.some((index) => matches.marks[index] === 1),
    });
  });
  useScrolling(view, scroller);
  useTimeGestures(canvas, {
    pan: (pixels) => {
      const { fromNano, toNano } = view.window.value;
      const nano = pixels * (toNano - fromNano) / size.value.width;
      view.setWindow(panWindow(view.window.value, nano, view.model.value.durationNano));
    },
    zoom: (factor, x) => {
      const around = new TimeScale(view.window.value, size.value.width).nano(x);
      const { durationNano } = view.model.value;
      view.setWindow(zoomWindow(view.window.value, factor, around, durationNano));
    },
    scroll: (pixels) => view.scrollTo(view.top.value + pixels),
    hover: (y, x) => {
      hovered.value = y === undefined ? -1 : placeAt(y);
      view.pointerX.value = x;
    },
    click: (_x, y) => {
      if (view.rowAt(placeAt(y)) === undefined) return;
      view.select(placeAt(y));
      onOpen(placeAt(y));
    },
    doubleClick: (_x, y) => {
      const row = view.rowAt(placeAt(y));
      if (row !== undefined) view.zoomTo(row);
    },
  });
  function placeAt(y: number): number {
    return Math.floor((view.top.value + y) / ROW_HEIGHT);
  }
  const total = useComputed(() => view.rows.value.count * ROW_HEIGHT);
  return (
    <div class="waterfall" style={{ "--tree-width": `${treeWidth.value}px` }}>
      <div class="waterfall-head">
        <div class="tree-head">
          <FoldButtons view={view} />
        </div>
        <Divider width={treeWidth} />
        <TimeRuler view={view} />
      </div>
      <div class="waterfall-body">
        <TreeRows view={view} hovered={hovered} onOpen={onOpen} />
        <div class="bars">
          <canvas ref={canvas} aria-hidden="true" />
        </div>
        <div class="scroller" ref={scroller} tabIndex={-1} aria-hidden="true">
          <div style={{ height: `${scrollHeight(total.value)}px` }} />
        </div>
      </div>
    </div>
  );
}

/** The rows that are on the screen, as a tree for people and for screen readers. */
function TreeRows({ view, hovered, onOpen }: {
  readonly view: TraceView;
  readonly hovered: ReadonlySignal<number> & { value: number };
  readonly onOpen: (place: number) => void;
}): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => {
      view.height.value = contentRect.height;
      view.scrollTo(view.top.value);
    });
    observer.observe(body.current!);
    return () => observer.disconnect();
  }, [view]);
  useEffect(() => scrollByHand(body.current!, view), [view]);
  const top = view.top.value;
  const first = Math.floor(top / ROW_HEIGHT);
  const end = Math.min(view.rows.value.count, Math.ceil((top + view.height.value) / ROW_HEIGHT));
  const selected = view.selectedPlace.value;
  const rows: JSX.Element[] = [];
  for (let place = first; place < end; place++) {
    const row = view.rowAt(place);
    if (row === undefined) break;
    rows.push(
      <TreeRow
        key={place}
        view={view}
        place={place}
        row={row}
        isSelected={place === selected}
        isHovered={place === hovered.value}
      />,
    );
  }
  const isActive = selected >= first && selected < end;
  function onClick(event: MouseEvent): void {
    const place = placeOf(event.target);
    if (place === undefined) return;
    const isToggle = (event.target as Element).closest(".fold") !== null;
    if (isToggle) {
      view.fold(place);
      return;
    }
    view.select(place);
    onOpen(place);
  }
  return (
    <div
      class="tree"
      role="tree"
      aria-label="Spans of the trace"
      tabIndex={0}
      aria-activedescendant={isActive ? rowId(selected) : undefined}
      ref={body}
      onClick={onClick}
      onFocus={() => {
        if (view.selectedPlace.value < 0) view.select(0);
      }}
      onPointerMove={(event) => hovered.value = placeOf(event.target) ?? -1}
      onPointerLeave={() => hovered.value = -1}
    >
      <div
        class="tree-rows"
        role="presentation"
        style={{ transform: `translateY(${first * ROW_HEIGHT - top}px)` }}
      >
        {rows}
      </div>
    </div>
  );
}

/** Lets wheel and fingers scroll the rows; the browser itself has nothing to scroll there. */
function scrollByHand(element: HTMLElement, view: TraceView): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let touchY: number | undefined;
  element.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    view.scrollTo(view.top.peek() + wheelPixels(event.deltaY, event));
  }, { passive: false, signal });
  element.addEventListener("pointerdown", ({ pointerType, clientY }) => {
    touchY = pointerType === "touch" ? clientY : undefined;
  }, { signal });
  element.addEventListener("pointermove", ({ clientY }) => {
    if (touchY === undefined) return;
    view.scrollTo(view.top.peek() + touchY - clientY);
    touchY = clientY;
  }, { signal });
  for (const end of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(end, () => touchY = undefined, { signal });
  }
  return () => listeners.abort();
}

function placeOf(target: EventTarget | null): number | undefined {
  const place = target instanceof Element
    ? target.closest<HTMLElement>("[data-place]")?.dataset.place
    : undefined;
  return place === undefined ? undefined : Number(place);
}

/** Buttons that fold all, or level by level. */
function FoldButtons({ view }: { readonly view: TraceView }): JSX.Element {
  const { maxDepth } = view.folds.value;
  const { depth } = view.model.value;
  const level = maxDepth ?? depth - 1;
  return (
    <>
      <span class="tree-title">Service &amp; operation</span>
      <span class="fold-buttons">
        <button type="button" title="Fold all ([)" onClick={() => view.foldTo(0)}>
          <span aria-hidden="true">«</span>
          <span class="visually-hidden">Fold all</span>
        </button>
        <button
          type="button"
          title="Fold one level"
          disabled={level <= 0}
          onClick={() => view.foldTo(level - 1)}
        >
          <span aria-hidden="true">‹</span>
          <span class="visually-hidden">Fold one level</span>
        </button>
        <button
          type="button"
          title="Unfold one level"
          disabled={maxDepth === undefined}
          onClick={() => view.foldTo(level + 1 >= depth - 1 ? undefined : level + 1)}
        >
          <span aria-hidden="true">›</span>
          <span class="visually-hidden">Unfold one level</span>
        </button>
        <button type="button" title="Unfold all (])" onClick={() => view.foldTo(undefined)}>
          <span aria-hidden="true">»</span>
          <span class="visually-hidden">Unfold all</span>
        </button>
      </span>
    </>
  );
}

/** What the width of the tree is changed with. */
function Divider(
  { width }: { readonly width: ReadonlySignal<number> & { value: number } },
): JSX.Element {
  function resize(to: number): void {
    const most = Math.max(MIN_TREE_WIDTH, globalThis.innerWidth - 200);
    width.value = Math.max(MIN_TREE_WIDTH, Math.min(most, to));
  }
  function onPointerDown(event: PointerEvent): void {
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    const offset = width.value - event.clientX;
    const onMove = (move: PointerEvent): void => resize(move.clientX + offset);
    element.addEventListener("pointermove", onMove);
    element.addEventListener(
      "lostpointercapture",
      () => element.removeEventListener("pointermove", onMove),
      { once: true },
    );
    event.preventDefault();
  }
  return (
    <div
      class="divider"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the tree"
      aria-valuenow={Math.round(width.value)}
      aria-valuemin={MIN_TREE_WIDTH}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={(event) => {
        const step = event.key === "ArrowLeft" ? -16 : event.key === "ArrowRight" ? 16 : 0;
        if (step === 0) return;
        resize(width.value + step);
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

const MIN_TREE_WIDTH = 120;

/**
 * Ties the scroll bar to the rows. The bar's own element is never higher than browsers can draw: of a
 * trace that is, a step of the bar stands for several rows.
 */
function useScrolling(view: TraceView, scroller: { current: HTMLDivElement | null }): void {
  // What was set last, to tell the user's scrolling from our own.
  const set = useRef(-1);
  useEffect(() => {
    const element = scroller.current!;
    function ratio(): number {
      const total = view.rows.value.count * ROW_HEIGHT;
      const height = element.clientHeight;
      return Math.max(1, total - height) / Math.max(1, scrollHeight(total) - height);
    }
    function onScroll(): void {
      if (Math.abs(element.scrollTop - set.current) < 1) return;
      set.current = element.scrollTop;
      view.scrollTo(element.scrollTop * ratio());
    }
    element.addEventListener("scroll", onScroll);
    const stop = view.top.subscribe((top) => {
      const wanted = top / ratio();
      if (Math.abs(wanted - element.scrollTop) < 1) return;
      element.scrollTop = wanted;
      set.current = element.scrollTop;
    });
    return () => {
      element.removeEventListener("scroll", onScroll);
      stop();
    };
  }, [view]);
}

function scrollHeight(total: number): number {
  return Math.min(total, MAX_ELEMENT_HEIGHT);
}

const MAX_ELEMENT_HEIGHT = 8_000_000;
