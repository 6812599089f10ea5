import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Browsers stop laying out beyond some 17 million pixels; then a pixel of scrolling is more than one. */
const MAX_HEIGHT = 12_000_000;
/** Rows that are drawn above and below what can be seen, so that scrolling shows no gaps. */
const OVERSCAN = 8;

/** The rows of a long list that can be seen. */
export interface VirtualRows {
  /** For the element that scrolls. */
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The first row that is drawn, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** How many rows fit. */
  readonly fitting: number;
  /** How high the element in the scroller is, in pixels. */
  readonly height: number;
  /** Where a row is drawn in it, in pixels. */
  top(row: number): number;
  /** Scrolls just as far as it takes to see a row. */
  reveal(row: number): void;
  /** How wide the element that scrolls is, in pixels. */
  readonly width: number;
  /** Whether the list stands at its beginning. */
  readonly isAtTop: boolean;
}

/**
 * Finds which rows of a list can be seen, whatever its length.
 *
 * @param rowHeight In pixels.
 * @param headHeight What of the scroller a head covers that sticks to its top, in pixels.
 */
export function useVirtualRows(count: number, rowHeight: number, headHeight: number): VirtualRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ scrollTop: 0, viewHeight: 0, width: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const read = (): void => {
      const { scrollTop, clientHeight, clientWidth } = element;
      setPlace((before) =>
        before.scrollTop === scrollTop && before.viewHeight === clientHeight &&
          before.width === clientWidth
          ? before
          : { scrollTop, viewHeight: clientHeight, width: clientWidth }
      );
    };
    read();
    element.addEventListener("scroll", read, { passive: true });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", read);
      observer.disconnect();
    };
  }, []);
  const viewHeight = Math.max(rowHeight, place.viewHeight - headHeight);
  const fullHeight = count * rowHeight;
  const height = Math.min(MAX_HEIGHT, fullHeight);
  // How far the list itself has moved for each pixel that the scroller has.
  const scale = height <= viewHeight ? 1 : (fullHeight - viewHeight) / (height - viewHeight);
  const offset = place.scrollTop * scale;
  const first = Math.max(0, Math.floor(offset / rowHeight) - OVERSCAN);
  const end = Math.min(count, Math.ceil((offset + viewHeight) / rowHeight) + OVERSCAN);
  return {
    scroller,
    first: Math.min(first, end),
    end,
    fitting: Math.max(1, Math.floor(viewHeight / rowHeight)),
    height,
    top: (row) => row * rowHeight - offset + place.scrollTop,
    reveal: (row) => {
      const element = scroller.current;
      if (element === null) return;
      const from = row * rowHeight;
      const to = from + rowHeight - viewHeight;
      const seen = element.scrollTop * scale;
      if (from < seen) element.scrollTop = from / scale;
      else if (to > seen) element.scrollTop = to / scale;
    },
    width: place.width,
    isAtTop: place.scrollTop <= 0,
  };
}
