/**
 * The number that a text is, without loss: a `bigint` if it is whole and too large for a `number`.
 * Equal numbers are the same value, so that `===` compares them.
 *
 * @returns `undefined` when the text is anything but a decimal number.
 */
export function parseNumberText(text: string): number | bigint | undefined {
  // Most texts are no numbers: looking at one character is much quicker than the expression.
  const first = text.charCodeAt(0);
  if (
    !(first <= DIGIT_9 && (first >= DIGIT_0 || first === PLUS || first === DASH || first === DOT))
  ) {
    return undefined;
  }
  if (text.length < SAFE_DIGITS && isDigits(text)) return Number(text);
  if (text.length > MAX_NUMBER_LENGTH || !DECIMAL.test(text)) return undefined;
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number)) {
    return canonicalNumber(BigInt(first === PLUS ? text.slice(1) : text));
  }
  return canonicalNumber(number);
}

/** The one form of a number by which `===` and sets find equal ones, integers and doubles alike. */
export function canonicalNumber(value: number | bigint): number | bigint {
  if (typeof value === "bigint") {
    return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value;
  }
  // Adding 0 makes 0 of -0.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value + 0;
}

/**
 * The length of time that a text such as `10ms`, `1.5s` or `1h30m` is, in nanoseconds; a `number`
 * only if it is no whole number of them.
 *
 * @returns `undefined` when the text is anything else.
 */
export function parseDurationText(text: string): number | bigint | undefined {
  if (text.length > MAX_NUMBER_LENGTH || !DURATION.test(text)) return undefined;
  let whole = 0n;
  let fraction = 0;
  for (const [, digits, decimals = "", unit] of text.matchAll(DURATION_PART)) {
    const nanos = UNIT_NANOS[unit];
    const scale = 10n ** BigInt(decimals.length);
    const scaled = BigInt(digits + decimals) * nanos;
    whole += scaled / scale;
    fraction += Number(scaled % scale) / Number(scale);
  }
  const sum = fraction === 0 ? whole : Number(whole) + fraction;
  return canonicalNumber(text.startsWith("-") ? -sum : sum);
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const DURATION = /^-?(?:(?:\d+(?:\.\d+)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const DURATION_PART = /(\d*)\.?(\d+)?(ns|us|µs|μs|ms|s|m|h)/g;
const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  // Two characters look like this: the micro sign and the Greek letter.
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
/** Longer texts are no numbers that anybody means. */
const MAX_NUMBER_LENGTH = 400;
/** With fewer digits every whole number is exact. */
const SAFE_DIGITS = 16;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = -MAX_SAFE;
const PLUS = 0x2b;
const DASH = 0x2d;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < DIGIT_0 || code > DIGIT_9) return false;
  }
  return true;
}
