/** Where a tracer takes its times from. */
export interface Clock {
  /** Milliseconds that never go back, as `performance.now()` gives them. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch, as exact as can be had. */
  wallMs(): number;
}

/** The clock of the machine, precise to well under a microsecond on Deno, Node and Bun. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs(): number {
    // Both count from the start of the process and drift apart when the machine sleeps or is set.
    const precise = performance.timeOrigin + performance.now();
    const coarse = Date.now();
    return Math.abs(precise - coarse) < 2 ? precise : coarse;
  },
};

/**
 * Ties the monotonic clock to the wall clock. A trace keeps the anchor of its root span, so that
 * setting the wall clock moves whole traces and never bends one: no duration is negative.
 */
export interface ClockAnchor {
  /** Reading of the monotonic clock. */
  readonly monotonicMs: number;
  /** The same moment by the wall clock: whole seconds since the epoch … */
  readonly seconds: number;
  /** … and the nanoseconds after them, 0 to 999,999,999. */
  readonly nanos: number;
}

/**
 * Anchors a clock.
 *
 * @param monotonicMs A recent reading of the monotonic clock, which the anchor is for.
 */
export function anchorClock(clock: Clock, monotonicMs: number): ClockAnchor {
  const wallMs = clock.wallMs() - (clock.monotonicMs() - monotonicMs);
  const seconds = Math.floor(wallMs / 1000);
  return { monotonicMs, seconds, nanos: Math.floor((wallMs - seconds * 1000) * 1e6) };
}

/** How far, in milliseconds, the wall clock is ahead of what an anchor says. */
export function measureDrift(clock: Clock, anchor: ClockAnchor): number {
  const elapsedMs = clock.monotonicMs() - anchor.monotonicMs;
  return clock.wallMs() - (anchor.seconds * 1000 + anchor.nanos / 1e6 + elapsedMs);
}

/** The nanoseconds since the epoch at which the monotonic clock read `monotonicMs`. */
export function anchoredUnixNano(anchor: ClockAnchor, monotonicMs: number): bigint {
  const elapsedMs = monotonicMs - anchor.monotonicMs;
  const elapsedSeconds = Math.floor(elapsedMs / 1000);
  return BigInt(anchor.seconds + elapsedSeconds) * 1_000_000_000n +
    BigInt(anchor.nanos + Math.floor((elapsedMs - elapsedSeconds * 1000) * 1e6));
}

/**
 * The same moment as RFC 3339 text, as `formatTimestamp(anchoredUnixNano(…))` gives it, without a
 * bigint: this runs twice a span.
 */
export function formatAnchoredTime(anchor: ClockAnchor, monotonicMs: number): string {
  const elapsedMs = monotonicMs - anchor.monotonicMs;
  const elapsedSeconds = Math.floor(elapsedMs / 1000);
  let seconds = anchor.seconds + elapsedSeconds;
  let nanos = anchor.nanos + Math.floor((elapsedMs - elapsedSeconds * 1000) * 1e6);
  if (nanos >= 1e9) {
    nanos -= 1e9;
    seconds++;
  }
  if (seconds !== secondOfText) {
    secondOfText = seconds;
    textOfSecond = new Date(seconds * 1000).toISOString().slice(0, 19);
  }
  if (nanos === 0) return textOfSecond + "Z";
  const micros = Math.floor(nanos / 1000);
  const millis = Math.floor(micros / 1000);
  const lastMicros = micros - millis * 1000;
  const lastNanos = nanos - micros * 1000;
  if (lastNanos !== 0) {
    return textOfSecond + "." + PADDED[millis] + PADDED[lastMicros] + TRIMMED[lastNanos] + "Z";
  }
  if (lastMicros !== 0) return textOfSecond + "." + PADDED[millis] + TRIMMED[lastMicros] + "Z";
  return textOfSecond + "." + TRIMMED[millis] + "Z";
}

let secondOfText = NaN;
let textOfSecond = "";
/** 0 to 999 as three digits. */
const PADDED = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"));
/** The same without trailing zeros. */
const TRIMMED = PADDED.map((digits) => digits.replace(/0+$/, ""));
