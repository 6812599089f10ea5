import type { ProtobufReader } from "../protobuf/protobuf_reader.ts";

/** Where a repeated field is: its items may have other fields between them. */
export class RepeatedField {
  /** Offset of the first item, before its tag. */
  from = 0;
  count = 0;

  reset(): void {
    this.count = 0;
  }

  /** Notes the item whose tag is at an offset, and skips it. */
  skip(reader: ProtobufReader, offset: number): void {
    if (this.count++ === 0) this.from = offset;
    reader.skip();
  }
}

/** Where the bytes of a field are; empty when it is absent. */
export class BytesField {
  from = 0;
  to = 0;

  get length(): number {
    return this.to - this.from;
  }

  reset(): void {
    this.from = this.to = 0;
  }

  read(reader: ProtobufReader): void {
    reader.readRange();
    this.from = reader.from;
    this.to = reader.to;
  }
}

/** A time in two halves; 0 when it is absent. */
export class TimeField {
  low = 0;
  high = 0;

  reset(): void {
    this.low = this.high = 0;
  }

  read(reader: ProtobufReader): void {
    reader.readFixedHalves();
    this.low = reader.low;
    this.high = reader.high;
  }
}

/**
 * Finds the fields of one span, in whatever order they come: those of a line are written in another.
 * One object serves all spans of a request.
 */
export class SpanFields {
  readonly traceId: BytesField = new BytesField();
  readonly spanId: BytesField = new BytesField();
  readonly traceState: BytesField = new BytesField();
  readonly parentId: BytesField = new BytesField();
  readonly name: BytesField = new BytesField();
  kind = 0;
  readonly start: TimeField = new TimeField();
  readonly end: TimeField = new TimeField();
  readonly attributes: RepeatedField = new RepeatedField();
  droppedAttributesCount = 0;
  readonly events: RepeatedField = new RepeatedField();
  droppedEventsCount = 0;
  readonly links: RepeatedField = new RepeatedField();
  droppedLinksCount = 0;
  statusCode = 0;
  readonly statusMessage: BytesField = new BytesField();
  flags = 0;

  /** Reads to the end of the span that the reader is in. */
  scan(reader: ProtobufReader): void {
    this.#reset();
    for (let at = reader.offset; reader.next(); at = reader.offset) {
      switch (reader.field) {
        case 1:
          this.traceId.read(reader);
          break;
        case 2:
          this.spanId.read(reader);
          break;
        case 3:
          this.traceState.read(reader);
          break;
        case 4:
          this.parentId.read(reader);
          break;
        case 5:
          this.name.read(reader);
          break;
        case 6:
          this.kind = reader.readInt32();
          break;
        case 7:
          this.start.read(reader);
          break;
        case 8:
          this.end.read(reader);
          break;
        case 9:
          this.attributes.skip(reader, at);
          break;
        case 10:
          this.droppedAttributesCount = reader.readInt32() >>> 0;
          break;
        case 11:
          this.events.skip(reader, at);
          break;
        case 12:
          this.droppedEventsCount = reader.readInt32() >>> 0;
          break;
        case 13:
          this.links.skip(reader, at);
          break;
        case 14:
          this.droppedLinksCount = reader.readInt32() >>> 0;
          break;
        case 15:
          this.#scanStatus(reader);
          break;
        case 16:
          this.flags = reader.readFixed32();
          break;
        default:
          reader.skip();
      }
    }
  }

  #scanStatus(reader: ProtobufReader): void {
    const end = reader.enter();
    while (reader.next()) {
      if (reader.field === 2) this.statusMessage.read(reader);
      else if (reader.field === 3) this.statusCode = reader.readInt32();
      else reader.skip();
    }
    reader.leave(end);
  }

  #reset(): void {
    this.traceId.reset();
    this.spanId.reset();
    this.traceState.reset();
    this.parentId.reset();
    this.name.reset();
    this.start.reset();
    this.end.reset();
    this.attributes.reset();
    this.events.reset();
    this.links.reset();
    this.statusMessage.reset();
    this.kind = this.droppedAttributesCount = this.droppedEventsCount = 0;
    this.droppedLinksCount = this.statusCode = this.flags = 0;
  }
}
