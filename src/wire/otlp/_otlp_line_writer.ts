import { type Attributes, createAttributes } from "../../model/attributes.ts";
import { type ProtobufReader, WireType } from "../protobuf/protobuf_reader.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import type { SpanLineBuffer } from "../span_line/span_line_buffer.ts";
import { EventFields, LinkFields } from "./_detail_fields.ts";
import { type BytesField, type RepeatedField, SpanFields } from "./_span_fields.ts";
import { OWN_KEYS } from "../own_attributes.ts";
import { readOtlpAttribute, readOtlpValue } from "./read_otlp_value.ts";

/** Writes OTLP's spans as span lines, from bytes to bytes, as `encodeSpanLine` would write them. */
export class OtlpLineWriter {
  /** Whether the span that was written last has no end. */
  isUnfinished = false;
  readonly #bytes: Uint8Array;
  readonly #reader: ProtobufReader;
  readonly #line: SpanLineBuffer;
  readonly #span = new SpanFields();
  readonly #event = new EventFields();
  readonly #link = new LinkFields();
  /** A mark and the place of each key of the attributes that are being written. */
  readonly #keys = new Int32Array(MAX_USUAL_KEYS * 2);

  /** @param reader Reads `bytes`, which `checkMessage` found to be good. */
  constructor(bytes: Uint8Array, reader: ProtobufReader, line: SpanLineBuffer) {
    this.#bytes = bytes;
    this.#reader = reader;
    this.#line = line;
  }

  /**
   * Writes the span that the reader is in. The reader may be anywhere afterwards.
   *
   * @param resource The field for it as JSON, with a comma in front; may be empty, like that for the scope.
   * @returns What is wrong with the span's ids. It is not thrown, because a hostile request has room for
   * millions of such spans.
   * @throws {RejectedSpanError} When the span cannot be taken for another reason.
   * @throws {InvalidUtf8Error} When text is not UTF-8.
   */
  write(resource: Uint8Array, scope: Uint8Array): string | undefined {
    const end = this.#reader.end;
    const span = this.#span;
    span.scan(this.#reader);
    const problem = this.#findBadId();
    if (problem !== undefined) return problem;

    const line = this.#line;
    line.writeBytes(ID);
    this.#writeHex(span.spanId);
    line.writeBytes(TRACE_ID);
    this.#writeHex(span.traceId);
    if (this.#isId(span.parentId)) {
      line.writeBytes(PARENT_ID);
      this.#writeHex(span.parentId);
    }
    line.writeBytes(NAME_AFTER_ID);
    this.#writeText(span.name);
    if (span.kind >= 0 && span.kind < KINDS.length) line.writeBytes(KINDS[span.kind]);
    else line.writeAscii(`,"kind":${span.kind}`);
    line.writeBytes(START_TIME);
    line.writeTime(span.start.low, span.start.high);
    const marked = this.#readMarkedAttributes(end);
    this.isUnfinished = marked !== undefined || span.end.low === 0 && span.end.high === 0;
    if (!this.isUnfinished) {
      line.writeBytes(END_TIME);
      line.writeTime(span.end.low, span.end.high);
    }
    if (marked === undefined) this.#writeAttributes(9, span.attributes, end);
    else if (Object.keys(marked).length > 0) {
      line.writeBytes(ATTRIBUTES);
      line.writeAttributes(marked);
    }
    if (this.isUnfinished) line.writeBytes(RUNNING);
    if (span.statusCode === 1 || span.statusCode === 2) this.#writeStatus();
    if (span.events.count > 0) this.#writeEvents(end);
    if (span.links.count > 0) this.#writeLinks(end);
    line.writeBytes(resource);
    line.writeBytes(scope);
    this.#writeTextField(TRACE_STATE, span.traceState);
    this.#writeCount(FLAGS, span.flags);
    this.#writeCount(DROPPED_ATTRIBUTES, span.droppedAttributesCount);
    this.#writeCount(DROPPED_EVENTS, span.droppedEventsCount);
    this.#writeCount(DROPPED_LINKS, span.droppedLinksCount);
    line.writeBytes(LINE_END);
    return undefined;
  }

  #findBadId(): string | undefined {
    const { traceId, spanId, parentId } = this.#span;
    if (traceId.length !== TRACE_ID_BYTES || !this.#isId(traceId)) {
      return this.#describeId("trace id", traceId, TRACE_ID_BYTES);
    }
    if (spanId.length !== SPAN_ID_BYTES || !this.#isId(spanId)) {
      return this.#describeId("span id", spanId, SPAN_ID_BYTES);
    }
    if (parentId.length !== SPAN_ID_BYTES && parentId.length !== 0) {
      return this.#describeId("parent's id", parentId, SPAN_ID_BYTES);
    }
    return undefined;
  }

  /** Whether an id stands for something: one of zeros, or none, does not. */
  #isId({ from, to }: BytesField): boolean {
    for (let at = from; at < to; at++) if (this.#bytes[at] !== 0) return true;
    return false;
  }

  #describeId(what: string, { from, to }: BytesField, length: number): string {
    const shown = Array.from(
      this.#bytes.subarray(from, Math.min(to, from + MAX_SHOWN_BYTES)),
      (byte) => byte.toString(16).padStart(2, "0"),
    );
    return `The ${what} of a span is "${shown.join("")}" (${to - from} bytes), ` +
      `expected ${length} bytes that are not all zero`;
  }

  /**
   * Reads the attributes of a span that `otlpSpan` gave an end, for the sake of receivers that want one,
   * without the attribute that says so; `undefined` for any other span.
   */
  #readMarkedAttributes(end: number): Attributes | undefined {
    const { start, end: endTime, attributes: { from, count } } = this.#span;
    if (start.low !== endTime.low || start.high !== endTime.high) return undefined;
    if (count === 0) return undefined;
    this.#reader.moveTo(from, end);
    const { [OWN_KEYS.state]: state, ...attributes } = this.#readAttributes(9, count);
    return state === "running" || state === "unfinished" ? attributes : undefined;
  }

  #writeStatus(): void {
    this.#line.writeBytes(this.#span.statusCode === 1 ? STATUS_OK : STATUS_ERROR);
    this.#writeTextField(MESSAGE, this.#span.statusMessage);
    this.#line.writeByte(CLOSE_BRACE);
  }

  #writeEvents(end: number): void {
    const reader = this.#reader;
    const line = this.#line;
    const event = this.#event;
    const { from, count } = this.#span.events;
    line.writeBytes(EVENTS);
    reader.moveTo(from, end);
    for (let left = count; left > 0;) {
      reader.next();
      if (reader.field !== 11) {
        reader.skip();
        continue;
      }
      if (left-- < count) line.writeByte(COMMA);
      reader.enter();
      const eventEnd = reader.end;
      event.scan(reader);
      line.writeBytes(TIME);
      line.writeTime(event.time.low, event.time.high);
      line.writeBytes(NAME);
      this.#writeText(event.name);
      this.#writeAttributes(3, event.attributes, eventEnd);
      this.#writeCount(DROPPED_ATTRIBUTES, event.droppedAttributesCount);
      line.writeByte(CLOSE_BRACE);
      reader.moveTo(eventEnd, end);
    }
    line.writeByte(CLOSE_BRACKET);
  }

  #writeLinks(end: number): void {
    const reader = this.#reader;
    const line = this.#line;
    const link = this.#link;
    const { from, count } = this.#span.links;
    line.writeBytes(LINKS);
    reader.moveTo(from, end);
    for (let left = count; left > 0;) {
      reader.next();
      if (reader.field !== 13) {
        reader.skip();
        continue;
      }
      if (left-- < count) line.writeByte(COMMA);
      reader.enter();
      const linkEnd = reader.end;
      link.scan(reader);
      line.writeBytes(LINK_TRACE_ID);
      this.#writeLinkId(link.traceId, TRACE_ID_BYTES);
      line.writeBytes(LINK_SPAN_ID);
      this.#writeLinkId(link.spanId, SPAN_ID_BYTES);
      line.writeByte(QUOTE);
      this.#writeTextField(TRACE_STATE, link.traceState);
      this.#writeCount(FLAGS, link.flags);
      this.#writeAttributes(4, link.attributes, linkEnd);
      this.#writeCount(DROPPED_ATTRIBUTES, link.droppedAttributesCount);
      line.writeByte(CLOSE_BRACE);
      reader.moveTo(linkEnd, end);
    }
    line.writeByte(CLOSE_BRACKET);
  }

  /** A link may lead nowhere for the sake of its attributes: its ids may be zeros, or none. */
  #writeLinkId(id: BytesField, length: number): void {
    if (id.length !== length && id.length !== 0) {
      throw new RejectedSpanError("invalid_id", this.#describeId("link", id, length));
    }
    this.#writeHex(id);
  }

  #writeAttributes(field: number, { from, count }: RepeatedField, end: number): void {
    if (count === 0) return;
    const line = this.#line;
    line.writeBytes(ATTRIBUTES);
    const at = line.length;
    if (count <= MAX_USUAL_KEYS && this.#writeUsualAttributes(field, from, count)) return;
    line.cut(at);
    this.#reader.moveTo(from, end);
    line.writeAttributes(this.#readAttributes(field, count));
  }

  /**
   * Writes attributes in the order they come in, if they follow one another, each is a key and a value,
   * and lengths are usual.
   *
   * @returns `false` when that is not so, or not what an object would hold: keys may be double, or are
   * numbers, which objects have first.
   */
  #writeUsualAttributes(field: number, from: number, count: number): boolean {
    // Whole and well laid out: `checkMessage` has seen to that. What is left is which fields there are.
    const bytes = this.#bytes;
    const line = this.#line;
    const tag = field << 3 | WireType.length;
    let at = from;
    for (let index = 0; index < count; index++) {
      if (bytes[at] !== tag) return false;
      let length = bytes[at + 1];
      at += 2;
      if (length >= 0x80) {
        if (bytes[at] >= 0x80) return false;
        length += (bytes[at++] - 1) << 7;
      }
      const end = at + length;
      let valueFrom = -1;
      let valueTo = -1;
      // The Collector writes the last field first: made objects of, its spans took four times as long.
      const isValueFirst = bytes[at] === VALUE_TAG;
      if (isValueFirst) {
        valueFrom = this.#usualContent(at);
        if (valueFrom < 0) return false;
        at = valueTo = this.#contentEnd(at, valueFrom);
      }
      const keyLength = end - at > 1 && bytes[at] === KEY_TAG ? bytes[at + 1] : 0x80;
      if (keyLength >= 0x80) return false;
      const keyFrom = at + 2;
      at = keyFrom + keyLength;
      const first = bytes[keyFrom];
      if (first >= DIGIT_0 && first <= DIGIT_9 || this.#isKnown(keyFrom, keyLength, index)) {
        return false;
      }
      line.writeByte(index === 0 ? OPEN_BRACE : COMMA);
      line.writeText(bytes, keyFrom, at);
      line.writeByte(COLON);
      if (!isValueFirst) {
        if (at >= end || bytes[at] !== VALUE_TAG) return false;
        valueFrom = this.#usualContent(at);
        if (valueFrom < 0) return false;
        at = valueTo = this.#contentEnd(at, valueFrom);
      }
      if (at !== end || valueFrom === valueTo || !this.#writeUsualValue(valueFrom, valueTo)) {
        return false;
      }
      at = end;
    }
    line.writeByte(CLOSE_BRACE);
    return true;
  }

  /** Where the content of the field at `at` begins, whose length has one byte or two; -1 when it has more. */
  #usualContent(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at + 1] < 0x80) return at + 2;
    return bytes[at + 2] < 0x80 ? at + 3 : -1;
  }

  /** Where that content ends. */
  #contentEnd(at: number, from: number): number {
    const bytes = this.#bytes;
    return from + bytes[at + 1] + (from === at + 3 ? (bytes[at + 2] - 1) << 7 : 0);
  }

  /** Whether a key is among those before it; notes it if not. */
  #isKnown(from: number, length: number, count: number): boolean {
    const bytes = this.#bytes;
    const keys = this.#keys;
    // Keys that differ nearly always do so in this.
    const mark = length === 0
      ? 0
      : length << 24 | bytes[from + length - 1] << 16 | bytes[from + (length >> 1)] << 8 |
        bytes[from + (length >> 2)];
    for (let index = 0; index < count; index++) {
      if (keys[index * 2] !== mark) continue;
      const otherFrom = keys[index * 2 + 1];
      let same = 0;
      while (same < length && bytes[from + same] === bytes[otherFrom + same]) same++;
      if (same === length) return true;
    }
    keys[count * 2] = mark;
    keys[count * 2 + 1] = from;
    return false;
  }

  #readAttributes(field: number, count: number): Attributes {
    const attributes = createAttributes();
    for (let left = count; left > 0;) {
      this.#reader.next();
      if (this.#reader.field === field) {
        readOtlpAttribute(this.#reader, attributes);
        left--;
      } else {
        this.#reader.skip();
      }
    }
    return attributes;
  }

  /**
   * Writes the `AnyValue` that goes from `at` to `end`.
   *
   * @returns `false` when it holds more than one value.
   */
  #writeUsualValue(at: number, end: number): boolean {
    const bytes = this.#bytes;
    const line = this.#line;
    const reader = this.#reader;
    switch (bytes[at]) {
      case STRING_TAG: {
        let length = bytes[at + 1];
        let from = at + 2;
        if (length >= 0x80) length += (bytes[from++] - 1) << 7;
        if (from + length !== end) return false;
        line.writeText(bytes, from, end);
        return true;
      }
      case INT_TAG:
        reader.moveTo(at, end);
        reader.next();
        reader.readHalves();
        line.writeInt64(reader.low, reader.high);
        return reader.offset === end;
      case BOOL_TAG:
        reader.moveTo(at, end);
        reader.next();
        line.writeAscii(reader.readBool() ? "true" : "false");
        return reader.offset === end;
      case DOUBLE_TAG:
        reader.moveTo(at, end);
        reader.next();
        line.writeDouble(reader.readDouble());
        return reader.offset === end;
      default:
        reader.moveTo(at, end);
        line.writeValue(readOtlpValue(reader));
        return true;
    }
  }

  #writeHex({ from, to }: BytesField): void {
    this.#line.writeHex(this.#bytes, from, to);
  }

  #writeText({ from, to }: BytesField): void {
    this.#line.writeText(this.#bytes, from, to);
  }

  #writeTextField(name: Uint8Array, field: BytesField): void {
    if (field.length === 0) return;
    this.#line.writeBytes(name);
    this.#writeText(field);
  }

  #writeCount(name: Uint8Array, count: number): void {
    if (count === 0) return;
    this.#line.writeBytes(name);
    this.#line.writeAscii(String(count));
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const MAX_SHOWN_BYTES = 32;
/** Beyond, comparing each key with all others is slower than making an object. */
const MAX_USUAL_KEYS = 64;
/** Of a `KeyValue`. */
const KEY_TAG = 1 << 3 | WireType.length;
const VALUE_TAG = 2 << 3 | WireType.length;
/** Of an `AnyValue`. */
const STRING_TAG = 1 << 3 | WireType.length;
const BOOL_TAG = 2 << 3 | WireType.varint;
const INT_TAG = 3 << 3 | WireType.varint;
const DOUBLE_TAG = 4 << 3 | WireType.fixed64;
const QUOTE = 0x22;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const ID = ascii('{"id":"');
const TRACE_ID = ascii('","trace_id":"');
const PARENT_ID = ascii('","parent_id":"');
const NAME_AFTER_ID = ascii('","name":');
/** By number; a span that does not say is taken for an internal one, as OTLP allows. */
const KINDS = ["internal", "internal", "server", "client", "producer", "consumer"]
  .map((kind) => ascii(`,"kind":"${kind}"`));
const START_TIME = ascii(',"start_time":');
const END_TIME = ascii(',"end_time":');
const ATTRIBUTES = ascii(',"attrs":');
const RUNNING = ascii(',"running":true');
const STATUS_OK = ascii(',"status":{"code":"ok"');
const STATUS_ERROR = ascii(',"status":{"code":"error"');
const MESSAGE = ascii(',"message":');
const EVENTS = ascii(',"events":[');
const TIME = ascii('{"time":');
const NAME = ascii(',"name":');
const LINKS = ascii(',"links":[');
const LINK_TRACE_ID = ascii('{"trace_id":"');
const LINK_SPAN_ID = ascii('","span_id":"');
const TRACE_STATE = ascii(',"trace_state":');
const FLAGS = ascii(',"flags":');
const DROPPED_ATTRIBUTES = ascii(',"dropped_attributes":');
const DROPPED_EVENTS = ascii(',"dropped_events":');
const DROPPED_LINKS = ascii(',"dropped_links":');
const LINE_END = ascii("}\n");
