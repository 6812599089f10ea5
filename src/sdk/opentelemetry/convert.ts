import type { SpanKind } from "../../model/span_kind.ts";
import type { SpanAttributes, SpanAttributeValue } from "../tracer_span.ts";
import type {
  Exception,
  OpenTelemetryAttributes,
  OpenTelemetryAttributeValue,
  OpenTelemetryStatus,
  TimeInput,
} from "./api.ts";

/** An attribute's value as spans here keep it: lists become JSON. `undefined` for what is no value. */
export function convertValue(
  value: OpenTelemetryAttributeValue | undefined,
): SpanAttributeValue | undefined {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    default:
      return Array.isArray(value) ? JSON.stringify(value) : undefined;
  }
}

/** The same for several. */
export function convertAttributes(attributes: OpenTelemetryAttributes | undefined): SpanAttributes {
  const converted: { [key: string]: SpanAttributeValue | undefined } = Object.create(null);
  for (const key of Object.keys(attributes ?? {})) converted[key] = convertValue(attributes?.[key]);
  return converted;
}

/** The kind behind OpenTelemetry's number; unset is internal. */
export function convertKind(kind: number | undefined): SpanKind {
  return KINDS[kind ?? 0] ?? "internal";
}

/**
 * Nanoseconds since the Unix epoch. A number that is less than the program has run is taken as a reading
 * of `performance.now()`, as OpenTelemetry's own SDK does.
 *
 * @returns `undefined` for what is no time.
 */
export function convertTime(time: TimeInput | undefined): bigint | undefined {
  if (typeof time === "number") {
    return fromMilliseconds(time <= performance.now() ? performance.timeOrigin + time : time);
  }
  if (time instanceof Date) return fromMilliseconds(time.getTime());
  if (!isHrTime(time)) return undefined;
  return BigInt(Math.trunc(time[0])) * 1_000_000_000n + BigInt(Math.trunc(time[1]));
}

/** Whether this is seconds and nanoseconds, a number, or a date, and no attributes. */
export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === "number" || value instanceof Date || isHrTime(value);
}

/** Status codes by OpenTelemetry's number; unset has none. */
export function convertStatus(
  status: OpenTelemetryStatus,
): { code: "ok" | "error"; message?: string } | undefined {
  const code = ([undefined, "ok", "error"] as const)[status?.code];
  if (code === undefined) return undefined;
  return code === "error" && typeof status.message === "string"
    ? { code, message: status.message }
    : { code };
}

/** An exception as the attributes of an event. */
export function convertException(exception: Exception): SpanAttributes {
  if (typeof exception === "string") return { "exception.message": exception };
  const { name, code, message, stack } = exception ?? {};
  return {
    "exception.type": code === undefined ? name : String(code),
    "exception.message": message,
    "exception.stacktrace": stack,
  };
}

function isHrTime(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

function fromMilliseconds(ms: number): bigint | undefined {
  if (!Number.isFinite(ms)) return undefined;
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}

const KINDS: readonly SpanKind[] = ["internal", "server", "client", "producer", "consumer"];
