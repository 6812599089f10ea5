import type { Span } from "../model/span.ts";
import { OWN_KEYS } from "../wire/own_attributes.ts";
import { type ZipkinJsonSpan, zipkinSpan } from "../wire/zipkin/encode_zipkin.ts";
import type { Exporter } from "./exporter.ts";

/**
 * Writes a list of spans of Zipkin's second model, one a line: what `/api/v2/spans` takes and Zipkin's page
 * opens. The table of `zipkinSpan` says what becomes of each field. Zipkin has whole microseconds; nanoseconds
 * beyond are told in tags, so that the file opens as what it was made of.
 */
export class ZipkinExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  #isFirst = true;

  begin(): string {
    return "[";
  }

  span(span: Span): string {
    const separator = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    const zipkin = zipkinSpan(span, this);
    // Told beside, so that it is not lost.
    delete this.changed.time_precision;
    return separator + JSON.stringify({ ...zipkin, tags: addExactTimes(zipkin, span) });
  }

  end(): string {
    return "\n]\n";
  }
}

function addExactTimes(zipkin: ZipkinJsonSpan, span: Span): ZipkinJsonSpan["tags"] {
  const { timestamp, duration = 0 } = zipkin;
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  const own: Record<string, string> = Object.create(null);
  if (BigInt(timestamp) * NANOS_PER_MICRO !== start) own[OWN_KEYS.start] = String(start);
  const isTold = OWN_KEYS.duration in (zipkin.tags ?? {});
  if (!isTold && end !== undefined && BigInt(timestamp + duration) * NANOS_PER_MICRO !== end) {
    own[OWN_KEYS.end] = String(end);
  }
  return Object.assign(Object.create(null), zipkin.tags, own);
}

const NANOS_PER_MICRO = 1000n;
