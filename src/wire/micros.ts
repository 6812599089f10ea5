/**
 * Nanoseconds of a number of microseconds, as JSON of Zipkin and Jaeger gives it: a whole number, or
 * one in a string. It is exact or it is nothing.
 *
 * @returns `undefined` when it is no whole number, or one that JSON's numbers cannot hold exactly.
 */
export function microsToNano(micros: unknown): bigint | undefined {
  if (typeof micros === "number") {
    return Number.isSafeInteger(micros) ? BigInt(micros) * NANOS_PER_MICRO : undefined;
  }
  return typeof micros === "string" && DECIMAL.test(micros)
    ? BigInt(micros) * NANOS_PER_MICRO
    : undefined;
}

const NANOS_PER_MICRO = 1000n;
const DECIMAL = /^-?\d{1,20}$/;
