import { NANOS_PER_DAY, NANOS_PER_HOUR, NANOS_PER_MINUTE } from "./_nanos.ts";
import { isoText } from "./time_text.ts";

/** A tick of a time axis. */
export interface TimeTick {
  /** In nanoseconds, from the same zero as the axis. */
  readonly nano: number;
  readonly text: string;
}

/**
 * Ticks at round lengths of time: `0`, `500µs`, `1ms`, `1.5ms`; all of them in one unit up to seconds, then
 * as `1m30s`.
 *
 * @param fromNano Where the axis begins, in nanoseconds after the trace's start; it may be negative.
 * @param toNano Where it ends.
 * @param maxTicks How many there is room for, at least 1.
 * @returns Ascending, both ends included where they are round; none for an empty axis.
 * @example
 * ```ts
 * import { timeTicks } from "./time_axis.ts";
 *
 * const texts = timeTicks(0, 1_700_000, 5).map((tick) => tick.text);
 * if (texts.join() !== "0ms,0.5ms,1ms,1.5ms") throw new Error(texts.join());
 * ```
 */
export function timeTicks(fromNano: number, toNano: number, maxTicks: number): TimeTick[] {
  const step = roundStep(toNano - fromNano, maxTicks);
  if (step === undefined) return [];
  const largest = Math.max(Math.abs(fromNano), Math.abs(toNano));
  return ticksAt(fromNano, toNano, step, (nano) => formatTick(nano, step, largest));
}

/**
 * Ticks at round moments, such as full minutes of the clock.
 *
 * @param from Nanoseconds since the Unix epoch.
 * @param to The same.
 * @param offsetMinutes Minutes east of UTC in which the moments are round and written.
 * @returns Ticks whose `nano` counts from `from`.
 */
export function clockTicks(
  from: bigint,
  to: bigint,
  maxTicks: number,
  offsetMinutes: number,
): TimeTick[] {
  const length = Number(to - from);
  const step = roundStep(length, maxTicks);
  if (step === undefined) return [];
  const bigStep = BigInt(Math.max(1, step));
  const offset = BigInt(offsetMinutes) * BigInt(NANOS_PER_MINUTE);
  const local = from + offset;
  // Downwards, also before the epoch.
  const first = local - ((local % bigStep) + bigStep) % bigStep;
  const base = Number(first - local);
  return ticksAt(0, length, step, (nano) => {
    return formatClockTick(from + BigInt(Math.round(nano)), step, offsetMinutes);
  }, base);
}

function ticksAt(
  from: number,
  to: number,
  step: number,
  format: (nano: number) => string,
  base = 0,
): TimeTick[] {
  const ticks: TimeTick[] = [];
  const first = Math.ceil((from - base) / step);
  const last = Math.floor((to - base) / step);
  for (let count = first; count <= last; count++) {
    const nano = base + count * step;
    ticks.push({ nano, text: format(nano) });
  }
  return ticks;
}

/** The smallest round step with which there are no more ticks than that. */
function roundStep(length: number, maxTicks: number): number | undefined {
  if (!(length > 0) || !Number.isFinite(length) || !(maxTicks >= 1)) return undefined;
  const least = length / maxTicks;
  if (least <= 30e9) {
    for (let unit = 1; unit < 1e11; unit *= 10) {
      for (const step of [1, 2, 5]) {
        const isRound = unit * step !== 20e9 && unit * step !== 50e9;
        if (isRound && unit * step >= least) return unit * step;
      }
      if (unit === 1e10) break;
    }
  }
  for (const step of LONG_STEPS) if (step >= least) return step;
  const days = least / NANOS_PER_DAY;
  const unit = 10 ** Math.floor(Math.log10(days));
  const factor = [1, 2, 5, 10].find((each) => each * unit >= days) ?? 10;
  return factor * unit * NANOS_PER_DAY;
}

const LONG_STEPS: readonly number[] = [
  ...[15e9, 30e9],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * NANOS_PER_MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * NANOS_PER_HOUR),
  ...[1, 2, 5, 10].map((days) => days * NANOS_PER_DAY),
];

function formatTick(nano: number, step: number, largest: number): string {
  const sign = nano < 0 ? "-" : "";
  const value = Math.abs(nano);
  if (largest < NANOS_PER_MINUTE) {
    const [unit, name] = UNITS.find(([unit]) => largest >= unit) ?? UNITS[UNITS.length - 1];
    const digits = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
    return sign + trimZeros((value / unit).toFixed(digits)) + name;
  }
  const minutes = Math.floor(value / NANOS_PER_MINUTE);
  const seconds = (value - minutes * NANOS_PER_MINUTE) / 1e9;
  if (minutes < 60) {
    const digits = Math.max(0, Math.ceil(Math.log10(1e9 / step) - 1e-9));
    if (minutes === 0) return `${sign}${trimZeros(seconds.toFixed(digits))}s`;
    if (seconds === 0) return `${sign}${minutes}m`;
    const [whole, fraction] = seconds.toFixed(digits).split(".");
    return `${sign}${minutes}m${whole.padStart(2, "0")}${fraction ? `.${fraction}` : ""}s`;
  }
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const text = rest === 0 && seconds === 0 ? `${hours}h` : `${hours}h${pad(rest)}m`;
  return sign + (seconds === 0 ? text : `${text}${pad(Math.round(seconds))}s`);
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

function formatClockTick(unixNano: bigint, step: number, offsetMinutes: number): string {
  const text = isoText(unixNano, offsetMinutes);
  if (step >= NANOS_PER_DAY) return text.slice(0, 10);
  if (step >= NANOS_PER_MINUTE) return text.slice(11, 16);
  if (step >= 1e9) return text.slice(11, 19);
  const digits = Math.min(9, Math.max(1, Math.ceil(Math.log10(1e9 / step) - 1e-9)));
  const nanos = ((unixNano % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${text.slice(11, 19)}.${String(nanos).padStart(9, "0").slice(0, digits)}`;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
