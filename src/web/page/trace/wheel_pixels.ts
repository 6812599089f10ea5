/** How far a turn of the wheel goes, in pixels, whatever unit the browser tells it in. */
export function wheelPixels(delta: number, { deltaMode }: Pick<WheelEvent, "deltaMode">): number {
  return deltaMode === 1 ? delta * LINE_PIXELS : deltaMode === 2 ? delta * PAGE_PIXELS : delta;
}

const LINE_PIXELS = 24;
const PAGE_PIXELS = 400;
