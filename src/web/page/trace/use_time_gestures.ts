import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { wheelPixels } from "./wheel_pixels.ts";

/** What pointer, wheel and touch mean on a strip of time. */
export interface TimeGestures {
  /** Move the window so many pixels later. */
  pan(pixels: number): void;
  /** @param factor Below 1 to look closer. @param x Where, in pixels. */
  zoom(factor: number, x: number): void;
  scroll(pixels: number): void;
  /** Where the pointer is; `undefined` when it has left. */
  hover(y: number | undefined, x?: number): void;
  click(x: number, y: number): void;
  doubleClick(x: number, y: number): void;
}

/**
 * Listens on a canvas: the wheel scrolls, sideways or with Shift it pans; with Ctrl, ⌘ or by a pinch it
 * zooms where the pointer is; dragging pans and scrolls; a double click is for zooming to what is there.
 */
export function useTimeGestures(
  canvas: RefObject<HTMLCanvasElement | null>,
  gestures: TimeGestures,
): void {
  const newest = useRef(gestures);
  newest.current = gestures;
  useEffect(() => {
    const element = canvas.current!;
    const listeners = new AbortController();
    const { signal } = listeners;
    const pointers = new Map<number, { x: number; y: number }>();
    let hasMoved = false;
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const [x, y] = [wheelPixels(event.deltaX, event), wheelPixels(event.deltaY, event)];
      if (event.ctrlKey || event.metaKey) {
        // Trackpads tell of pinches as wheels with Ctrl, in small steps.
        newest.current.zoom(Math.exp(Math.max(-60, Math.min(60, y)) * 0.008), event.offsetX);
      } else if (event.shiftKey && x === 0) newest.current.pan(y);
      else if (Math.abs(x) > Math.abs(y)) newest.current.pan(x);
      else newest.current.scroll(y);
    }, { passive: false, signal });
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      hasMoved = false;
      pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
      element.setPointerCapture(event.pointerId);
    }, { signal });
    element.addEventListener("pointermove", (event) => {
      const { offsetX: x, offsetY: y } = event;
      const from = pointers.get(event.pointerId);
      if (from === undefined) return newest.current.hover(y, x);
      if (!hasMoved && Math.abs(x - from.x) + Math.abs(y - from.y) < DRAG_PIXELS) return;
      hasMoved = true;
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) {
        newest.current.pan(from.x - x);
        newest.current.scroll(from.y - y);
      } else {
        const before = Math.max(8, Math.abs(from.x - other.x));
        newest.current.zoom(before / Math.max(8, Math.abs(x - other.x)), (x + other.x) / 2);
      }
      pointers.set(event.pointerId, { x, y });
    }, { signal });
    element.addEventListener("pointerup", (event) => {
      if (pointers.delete(event.pointerId) && !hasMoved) {
        newest.current.click(event.offsetX, event.offsetY);
      }
    }, { signal });
    element.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId), {
      signal,
    });
    element.addEventListener("pointerleave", () => newest.current.hover(undefined), { signal });
    element.addEventListener("dblclick", (event) => {
      newest.current.doubleClick(event.offsetX, event.offsetY);
    }, { signal });
    return () => listeners.abort();
  }, []);
}

const DRAG_PIXELS = 4;
