/**
 * Nanoseconds of a number of microseconds, as JSON of Zipkin and Jaeger gives it: a whole number, or
 * one in a string. A number with a fraction, which OpenTelemetry's exporter for Zipkin sends, is taken
 * to the nanosecond, as far as the number is exact.
 *
 * @returns `undefined` when it is no number, or a larger one than JSON's numbers hold exactly.
 */
export function microsToNano(micros: unknown): bigint | undefined {
  if (typeof micros === "number") {
    const whole = Math.floor(micros);
    if (!Number.isSafeInteger(whole)) return undefined;
    return BigInt(whole) * NANOS_PER_MICRO + BigInt(Math.round((micros - whole) * 1000));
  }
  return typeof micros === "string" && DECIMAL.test(micros)
    ? BigInt(micros) * NANOS_PER_MICRO
    : undefined;
}

const NANOS_PER_MICRO = 1000n;
const DECIMAL = /^-?\d{1,20}$/;
