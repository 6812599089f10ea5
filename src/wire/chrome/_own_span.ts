import { changeSpan } from "../../model/change_span.ts";
import { formatTimestamp } from "../../model/time.ts";
import { parseSpanKind } from "../../model/span_kind.ts";
import type { Span } from "../../model/span.ts";
import { DecodeError } from "../decode_error.ts";
import { isJsonRecord, type JsonRecord } from "../json/parse_json_body.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import { decodeSpanLine } from "../span_line/decode_span_line.ts";
import type { ChromeSpan } from "./_chrome_span.ts";

/** Whether the arguments of an event are what this program's own export writes: a span with its ids. */
export function isOwnSpan(args: JsonRecord): boolean {
  return isText(args.trace_id) && isText(args.span_id) && isJsonRecord(args.attributes);
}

/**
 * Makes a span of an event that this program's own export wrote, whose arguments have all that the
 * format has no place for.
 *
 * @param process The name of its process: the service, or `trace` for none.
 * @throws {RejectedSpanError} When an argument has the wrong shape.
 */
export function ownSpan(chrome: ChromeSpan, process: string, originNano: bigint): Span {
  const { args } = chrome;
  const start = originNano + chrome.startNano;
  const end = endOf(chrome, originNano);
  const resource = isJsonRecord(args.resource) ? args.resource : undefined;
  const number = /^\d{1,15}$/.test(chrome.category) ? Number(chrome.category) : undefined;
  const line = {
    id: args.span_id,
    trace_id: args.trace_id,
    parent_id: args.parent_id,
    name: chrome.name,
    kind: parseSpanKind(number ?? chrome.category) ?? "internal",
    start_time: formatTime(start),
    end_time: end === undefined ? undefined : formatTime(end),
    attrs: args.attributes,
    running: args.state === "running" ? true : undefined,
    service: process === "trace" || process === resource?.["service.name"] ? undefined : process,
    status: args.status,
    error: args.error,
    indicator: args.indicator,
    trace_state: args.trace_state,
    resource,
    scope: withAttrs(args.scope),
    links: Array.isArray(args.links) ? args.links.map(withAttrs) : args.links,
    samples: args.samples,
  };
  try {
    const span = decodeSpanLine(JSON.stringify(line));
    return chrome.instants.length === 0 ? span : changeSpan(span, {
      events: chrome.instants.map((each) => ({
        ...each,
        timeUnixNano: originNano + each.timeUnixNano,
      })),
    });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new RejectedSpanError("malformed", error.message);
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** The export draws an end before its start at the start, and says beside it where it was. */
function endOf({ startNano, endNano, args }: ChromeSpan, originNano: bigint): bigint | undefined {
  if (endNano === undefined) return undefined;
  const length = args.duration_ns;
  const isExact = typeof length === "number" && Number.isSafeInteger(length) ||
    typeof length === "string" && /^-?\d{1,19}$/.test(length);
  return originNano + (isExact ? startNano + BigInt(length) : endNano);
}

function formatTime(unixNano: bigint): string {
  try {
    return formatTimestamp(unixNano);
  } catch (error) {
    throw new RejectedSpanError("invalid_time", (error as Error).message);
  }
}

/** The model's word is `attributes`, the line's `attrs`. */
function withAttrs(value: unknown): unknown {
  return isJsonRecord(value) ? { ...value, attrs: value.attributes } : value;
}
