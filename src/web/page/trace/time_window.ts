/** The stretch of a trace's time that is on the screen, in nanoseconds after the trace's start. */
export interface TimeWindow {
  readonly fromNano: number;
  readonly toNano: number;
}

/** All of a trace. */
export function wholeWindow(durationNano: number): TimeWindow {
  return { fromNano: 0, toNano: Math.max(durationNano, MIN_SPAN_NANO) };
}

/**
 * A window made smaller or larger around a moment, which stays where it is on the screen.
 *
 * @param factor Below 1 to look closer, above 1 to see more.
 * @param aroundNano The moment.
 */
export function zoomWindow(
  { fromNano, toNano }: TimeWindow,
  factor: number,
  aroundNano: number,
  durationNano: number,
): TimeWindow {
  const length = toNano - fromNano;
  const wanted = Math.max(length * factor, MIN_SPAN_NANO);
  const share = length === 0 ? 0 : (aroundNano - fromNano) / length;
  const from = aroundNano - share * wanted;
  return fitWindow({ fromNano: from, toNano: from + wanted }, durationNano);
}

/** A window moved along time. */
export function panWindow(
  { fromNano, toNano }: TimeWindow,
  byNano: number,
  durationNano: number,
): TimeWindow {
  return fitWindow({ fromNano: fromNano + byNano, toNano: toNano + byNano }, durationNano);
}

/** The window around a span, with a little room at both sides. */
export function windowAround(
  startNano: number,
  endNano: number,
  durationNano: number,
): TimeWindow {
  const room = Math.max((endNano - startNano) * 0.04, MIN_SPAN_NANO / 2);
  return cutWindow({ fromNano: startNano - room, toNano: endNano + room }, durationNano);
}

/** A window between two moments in any order, as a brush selects it. */
export function windowBetween(aNano: number, bNano: number, durationNano: number): TimeWindow {
  const fromNano = Math.min(aNano, bNano);
  return cutWindow(
    { fromNano, toNano: Math.max(aNano, bNano, fromNano + MIN_SPAN_NANO) },
    durationNano,
  );
}

/** Whether a window shows all of a trace. */
export function isWhole({ fromNano, toNano }: TimeWindow, durationNano: number): boolean {
  return fromNano <= 0 && toNano >= Math.max(durationNano, MIN_SPAN_NANO);
}

/** Whether two windows show the same. */
export function isSameWindow(a: TimeWindow, b: TimeWindow): boolean {
  return a.fromNano === b.fromNano && a.toNano === b.toNano;
}

/** Moves a window into the trace without making it smaller, as far as it fits. */
function fitWindow({ fromNano, toNano }: TimeWindow, durationNano: number): TimeWindow {
  const whole = wholeWindow(durationNano);
  const length = Math.min(toNano - fromNano, whole.toNano);
  const from = Math.min(Math.max(fromNano, 0), whole.toNano - length);
  return { fromNano: from, toNano: from + length };
}

/** Cuts off what lies outside of the trace. */
function cutWindow({ fromNano, toNano }: TimeWindow, durationNano: number): TimeWindow {
  const whole = wholeWindow(durationNano);
  const from = Math.max(0, Math.min(fromNano, whole.toNano - MIN_SPAN_NANO));
  return { fromNano: from, toNano: Math.max(Math.min(toNano, whole.toNano), from + MIN_SPAN_NANO) };
}

/** The closest look: nothing is shorter than a few nanoseconds. */
const MIN_SPAN_NANO = 10;
