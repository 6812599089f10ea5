import type { ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { BytesField, RepeatedField, TimeField } from "./_span_fields.ts";

/** Finds the fields of one event of a span, like `SpanFields`. */
export class EventFields {
  readonly time: TimeField = new TimeField();
  readonly name: BytesField = new BytesField();
  readonly attributes: RepeatedField = new RepeatedField();
  droppedAttributesCount = 0;

  /** Reads to the end of the event that the reader is in. */
  scan(reader: ProtobufReader): void {
    this.time.reset();
    this.name.reset();
    this.attributes.reset();
    this.droppedAttributesCount = 0;
    for (let at = reader.offset; reader.next(); at = reader.offset) {
      if (reader.field === 1) this.time.read(reader);
      else if (reader.field === 2) this.name.read(reader);
      else if (reader.field === 3) this.attributes.skip(reader, at);
      else if (reader.field === 4) this.droppedAttributesCount = reader.readInt32() >>> 0;
      else reader.skip();
    }
  }
}

/** Finds the fields of one link of a span, like `SpanFields`. */
export class LinkFields {
  readonly traceId: BytesField = new BytesField();
  readonly spanId: BytesField = new BytesField();
  readonly traceState: BytesField = new BytesField();
  readonly attributes: RepeatedField = new RepeatedField();
  droppedAttributesCount = 0;
  flags = 0;

  /** Reads to the end of the link that the reader is in. */
  scan(reader: ProtobufReader): void {
    this.traceId.reset();
    this.spanId.reset();
    this.traceState.reset();
    this.attributes.reset();
    this.droppedAttributesCount = this.flags = 0;
    for (let at = reader.offset; reader.next(); at = reader.offset) {
      if (reader.field === 1) this.traceId.read(reader);
      else if (reader.field === 2) this.spanId.read(reader);
      else if (reader.field === 3) this.traceState.read(reader);
      else if (reader.field === 4) this.attributes.skip(reader, at);
      else if (reader.field === 5) this.droppedAttributesCount = reader.readInt32() >>> 0;
      else if (reader.field === 6) this.flags = reader.readFixed32();
      else reader.skip();
    }
  }
}
