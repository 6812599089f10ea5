import type { Attributes } from "../../model/attributes.ts";
import type {
  InstrumentationScope,
  MetricSample,
  Span,
  SpanEvent,
  SpanLink,
  SpanStatus,
} from "../../model/span.ts";
import { parseSpanKind, type SpanKind } from "../../model/span_kind.ts";
import { parseTimestamp, parseUnixNano } from "../../model/time.ts";
import { DecodeError } from "../decode_error.ts";
import { decodeSpanLine } from "./decode_span_line.ts";
import { readFlatAttributes } from "./_flat_attributes.ts";

/**
 * Reads an ended span from a line of the shape that this program writes: the fields that trees are made
 * of at once, each other one when it is asked for. Decoding every line whole took three quarters of the
 * time in which a recording of a million spans was counted.
 *
 * @param text Lines, of which the one from `from` up to `to` is read; the span keeps all of it in memory.
 * @param escapeAt Place of the first backslash at or after `from`; `to` or more for none.
 * @returns `undefined` when the line has any other shape: it is for `decodeSpanLines`.
 */
export function readLineSpan(
  text: string,
  from: number,
  to: number,
  escapeAt: number,
): Span | undefined {
  let at = from;
  let ended = 0;
  /** Steps over a label and takes the text up to the next quote; `undefined` when the label is not there. */
  function take(label: string): string | undefined {
    if (!text.startsWith(label, at)) return undefined;
    at += label.length;
    ended = text.indexOf('"', at);
    const value = text.slice(at, ended);
    at = ended + 1;
    return value;
  }
  const spanId = take('{"id":"');
  const traceId = take(',"trace_id":"');
  if (!spanId || !traceId) return undefined;
  const parentId = take(PARENT_LABEL) || undefined;
  const name = take(',"name":"');
  const kind = parseSpanKind(take(',"kind":"'));
  if (name === undefined || kind === undefined) return undefined;
  const startAt = at + START_LABEL.length;
  if (take(START_LABEL) === undefined) return undefined;
  const endAt = at + END_LABEL.length;
  if (take(END_LABEL) === undefined) return undefined;
  if (ended < 0 || ended >= to || escapeAt < ended) return undefined;
  return new LineSpan(text, from, to, at, startAt, endAt, spanId, traceId, parentId, name, kind);
}

/** The line that a span was read from, without its line end, unless the span was made in another way. */
export function lineOf(span: Span): string | undefined {
  return span instanceof LineSpan ? span.line : undefined;
}

/** Where the fields stand in the line that a span was read from. */
export interface SpanLineParts {
  readonly text: string;
  /** The first brace of the line. */
  readonly from: number;
  /** One past the quote that ends the trace id. */
  readonly traceIdTo: number;
  /** The comma in front of the name's label. */
  readonly nameFrom: number;
  /** The quote that begins the kind. */
  readonly kindFrom: number;
  /** The first digit of the start, and the quote behind the last character of it. */
  readonly startFrom: number;
  readonly startTo: number;
  readonly endFrom: number;
  readonly endTo: number;
  /** One past the last brace of the line. */
  readonly to: number;
}

/**
 * The parts of the line that a span was read from, unless the span was made in another way. None of them
 * up to the end has an escape in it.
 */
export function linePartsOf(span: Span): SpanLineParts | undefined {
  return span instanceof LineSpan ? span.parts : undefined;
}

const START_LABEL = ',"start_time":"';
const END_LABEL = ',"end_time":"';
const ATTRIBUTES_LABEL = ',"attrs":';
const PARENT_LABEL = ',"parent_id":"';
/** The length of the labels and quotes of both ids. */
const ID_LABELS_LENGTH = '{"id":"","trace_id":""'.length;

/** The fields of a span that most spans do not have, and those that most spans of a program share. */
type SpanDetails = Partial<Span>;

class LineSpan implements Span {
  readonly spanId: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly state = "ended";
  readonly #text: string;
  readonly #from: number;
  readonly #to: number;
  /** Where the times begin. */
  readonly #startAt: number;
  readonly #endAt: number;
  /** Where the attributes begin; then, once they have been read, where they end. */
  #at: number;
  #start: bigint | undefined;
  #end: bigint | undefined;
  #attributes: Attributes | undefined;
  #details: SpanDetails | undefined;

  constructor(
    text: string,
    from: number,
    to: number,
    at: number,
    startAt: number,
    endAt: number,
    spanId: string,
    traceId: string,
    parentId: string | undefined,
    name: string,
    kind: SpanKind,
  ) {
    this.#text = text;
    this.#from = from;
    this.#to = to;
    this.#at = at;
    this.#startAt = startAt;
    this.#endAt = endAt;
    this.spanId = spanId;
    this.traceId = traceId;
    this.parentId = parentId;
    this.name = name;
    this.kind = kind;
  }

  get line(): string {
    return this.#text.slice(this.#from, this.#to);
  }

  get parts(): SpanLineParts {
    const traceIdTo = this.#from + ID_LABELS_LENGTH + this.spanId.length + this.traceId.length;
    const parentLength = this.parentId === undefined
      ? 0
      : PARENT_LABEL.length + this.parentId.length + 1;
    return {
      text: this.#text,
      from: this.#from,
      traceIdTo,
      nameFrom: traceIdTo + parentLength,
      kindFrom: this.#startAt - START_LABEL.length - (this.kind as string).length - 2,
      startFrom: this.#startAt,
      startTo: this.#endAt - END_LABEL.length - 1,
      endFrom: this.#endAt,
      endTo: this.#text.indexOf('"', this.#endAt),
      to: this.#to,
    };
  }

  get startTimeUnixNano(): bigint {
    return this.#start ??= this.#readTime(this.#startAt, "start_time");
  }

  get startOffsetMinutes(): number | undefined {
    return parseTimestamp(this.#timeText(this.#startAt))?.offsetMinutes || undefined;
  }

  get endTimeUnixNano(): bigint {
    return this.#end ??= this.#readTime(this.#endAt, "end_time");
  }

  get endOffsetMinutes(): number | undefined {
    return parseTimestamp(this.#timeText(this.#endAt))?.offsetMinutes || undefined;
  }

  get attributes(): Attributes {
    return this.#attributes ??= this.#readAttributes();
  }

  get service(): string | undefined {
    return this.#getDetails().service;
  }

  get indicator(): boolean | undefined {
    return this.#getDetails().indicator;
  }

  get error(): boolean | undefined {
    return this.#getDetails().error;
  }

  get status(): SpanStatus | undefined {
    return this.#getDetails().status;
  }

  get events(): readonly SpanEvent[] | undefined {
    return this.#getDetails().events;
  }

  get links(): readonly SpanLink[] | undefined {
    return this.#getDetails().links;
  }

  get traceState(): string | undefined {
    return this.#getDetails().traceState;
  }

  get flags(): number | undefined {
    return this.#getDetails().flags;
  }

  get droppedAttributesCount(): number | undefined {
    return this.#getDetails().droppedAttributesCount;
  }

  get droppedEventsCount(): number | undefined {
    return this.#getDetails().droppedEventsCount;
  }

  get droppedLinksCount(): number | undefined {
    return this.#getDetails().droppedLinksCount;
  }

  get resource(): Attributes | undefined {
    return this.#getDetails().resource;
  }

  get resourceDroppedAttributesCount(): number | undefined {
    return this.#getDetails().resourceDroppedAttributesCount;
  }

  get resourceSchemaUrl(): string | undefined {
    return this.#getDetails().resourceSchemaUrl;
  }

  get scope(): InstrumentationScope | undefined {
    return this.#getDetails().scope;
  }

  get samples(): readonly MetricSample[] | undefined {
    return this.#getDetails().samples;
  }

  #timeText(at: number): string {
    return this.#text.slice(at, this.#text.indexOf('"', at));
  }

  #readTime(at: number, field: string): bigint {
    const text = this.#timeText(at);
    const time = parseUnixNano(text);
    if (time !== undefined) return time;
    throw new DecodeError(`Cannot read span line: "${field}" is "${text.slice(0, 80)}"`, 0);
  }

  #readAttributes(): Attributes {
    if (!this.#text.startsWith(ATTRIBUTES_LABEL, this.#at)) return NO_ATTRIBUTES;
    const at = this.#at + ATTRIBUTES_LABEL.length;
    const read = readFlatAttributes(this.#text, at);
    if (read !== undefined) {
      this.#at = read.to;
      return read.attributes;
    }
    const span = decodeDetails(this.#text.slice(this.#at, this.#to));
    this.#details = span;
    return span.attributes;
  }

  #getDetails(): SpanDetails {
    if (this.#details !== undefined) return this.#details;
    // They stand behind the attributes, and may have been read with them.
    this.#attributes ??= this.#readAttributes();
    return this.#details ??= readDetails(this.#text.slice(this.#at, this.#to));
  }
}

const NO_ATTRIBUTES: Attributes = Object.freeze(Object.create(null));
const NO_DETAILS: SpanDetails = Object.freeze({});

/** Reads what stands behind the attributes of a line. */
function readDetails(rest: string): SpanDetails {
  if (rest === "}") return NO_DETAILS;
  // Mostly the resource and the scope, the same ones for span after span.
  let details = knownDetails.get(rest);
  if (details !== undefined) return details;
  details = decodeDetails(rest);
  if (rest.length > MAX_KNOWN_LENGTH) return details;
  if (knownDetails.size >= MAX_KNOWN) knownDetails.clear();
  knownDetails.set(rest, details);
  return details;
}

/** Decodes the end of a line; everything that stands before it is a placeholder. */
function decodeDetails(rest: string): Span {
  return decodeSpanLine(PLACEHOLDER + rest);
}

const PLACEHOLDER = '{"id":"-","trace_id":"-","name":"","kind":"internal",' +
  '"start_time":"1970-01-01T00:00:00Z"';
const knownDetails = new Map<string, SpanDetails>();
const MAX_KNOWN = 256;
const MAX_KNOWN_LENGTH = 4096;
