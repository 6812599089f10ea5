import { InvalidArgumentError } from "commander";

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZE_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Parses a length of time such as `500ms`, `30s`, `1m30s`; returns milliseconds. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * DURATION_MS[unit], 0);
  if (parts.map((part) => part[0]).join("") !== text || text === "" || total > MAX_TIMER_MS) {
    throw new InvalidArgumentError(`Expected a duration such as 500ms, 30s or 1m30s.`);
  }
  return total;
}

/** Parses a size such as `500KB`, `64MiB` or `1G`; returns bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?)b?$/i.exec(text);
  const bytes = match === null ? NaN : Number(match[1]) * SIZE_BYTES[match[2].toLowerCase()];
  if (!(bytes >= 1)) throw new InvalidArgumentError(`Expected a size such as 500KB, 64MiB or 1G.`);
  return Math.round(bytes);
}

/** Parses a whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count)) {
    throw new InvalidArgumentError(`Expected a whole number of at least 1.`);
  }
  return count;
}

/** Parses a whole number of at least 0. */
export function parseLimit(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) {
    throw new InvalidArgumentError(`Expected a whole number of at least 0.`);
  }
  return count;
}

/** Parses a share such as `15%` or `7.5%`; returns 0.15. */
export function parsePercent(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`Expected a share such as 15%.`);
  return Number(match[1]) / 100;
}

/** Parses a short time such as `50us`, `1.5ms` or `2s`; returns nanoseconds. */
export function parseNano(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s)$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`Expected a time such as 50us or 1.5ms.`);
  return Number(match[1]) * NANO_PER_UNIT[match[2]];
}

const NANO_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "µs": 1e3,
  ms: 1e6,
  s: 1e9,
};

/** Adds the text of an option that can be given several times to those before it. */
export function collectText(
  text: string,
  before: readonly string[] | undefined,
): readonly string[] {
  return [...before ?? [], text];
}

/** What a timer of the runtime can wait for at most: 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;
