import { effect, type Signal, useSignal } from "@preact/signals";
import { type RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../theme.ts";
import { type CanvasTheme, readCanvasTheme } from "./canvas_theme.ts";

/** The size of a part of the page, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is drawn on a canvas. It is drawn again when a signal changes that it has read. */
export type Draw = (context: CanvasRenderingContext2D, size: Size, theme: CanvasTheme) => void;

/**
 * Keeps a canvas as large as its parent, sharp on any screen, and drawn: at most once a frame, and only
 * when something that it shows has changed.
 */
export function useCanvas(
  draw: Draw,
): { canvas: RefObject<HTMLCanvasElement | null>; size: Signal<Size> } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  const newest = useRef(draw);
  newest.current = draw;
  useEffect(() => {
    const element = canvas.current!;
    // Opaque: text gets sharper, and the browser need not blend.
    const context = element.getContext("2d", { alpha: false })!;
    const observer = new ResizeObserver(([{ contentRect }]) => {
      size.value = { width: contentRect.width, height: contentRect.height };
    });
    observer.observe(element.parentElement!);
    const stop = drawInFrames(() => {
      const { width, height } = size.value;
      // A page that is moved to another screen is resized by the browser's zoom, too.
      const ratio = devicePixelRatio;
      if (width === 0 || height === 0) return;
      const pixelWidth = Math.round(width * ratio);
      const pixelHeight = Math.round(height * ratio);
      if (element.width !== pixelWidth || element.height !== pixelHeight) {
        element.width = pixelWidth;
        element.height = pixelHeight;
        element.style.width = `${width}px`;
        element.style.height = `${height}px`;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      newest.current(context, { width, height }, canvasTheme());
    });
    return () => {
      stop();
      observer.disconnect();
    };
  }, []);
  return { canvas, size };
}

/** Runs now what reads signals, and again in the frame after one of them has changed. */
function drawInFrames(run: () => void): () => void {
  let frame = 0;
  let stop = (): void => {};
  function draw(): void {
    frame = 0;
    stop();
    let isFirst = true;
    stop = effect(() => {
      if (isFirst) {
        isFirst = false;
        run();
      } else if (frame === 0) {
        frame = requestAnimationFrame(draw);
      }
    });
  }
  draw();
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}

let known: CanvasTheme | undefined;

/** The theme's colours; they are read from the style sheet once a theme. */
export function canvasTheme(): CanvasTheme {
  const name = theme.value;
  if (known?.name !== name) {
    const style = getComputedStyle(document.documentElement);
    known = readCanvasTheme(name, (property) => style.getPropertyValue(property).trim());
  }
  return known;
}
