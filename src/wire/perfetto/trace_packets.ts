import type { Attributes, AttributeValue } from "../../model/attributes.ts";
import { toBase64 } from "../base64.ts";
import { ProtobufWriter } from "../protobuf/protobuf_writer.ts";

type InternTable = Map<string, number>;

/** What is said of an event besides its name: by name, in any order. */
export type Annotations = readonly (readonly [string, AttributeValue | undefined])[];

/**
 * Writes packets of Perfetto's trace format, which is a sequence of them: tracks, and events on tracks. Names
 * are written once and then referred to by numbers, until `forget`.
 *
 * | packet | field |
 * | --- | --- |
 * | `track_descriptor` | of each process and thread, before its first event |
 * | `track_event` | `SLICE_BEGIN` with name, category and debug annotations; `SLICE_END`; `INSTANT` |
 * | `interned_data` | names, categories and names of annotations, in the packet of their first use |
 *
 * Specification: `protos/perfetto/trace/perfetto_trace.proto` of Perfetto.
 */
export class TracePackets {
  readonly #writer = new ProtobufWriter();
  readonly #names: InternTable = new Map();
  readonly #categories: InternTable = new Map();
  readonly #keys: InternTable = new Map();
  /** What the next packet has to introduce, by field of `InternedData`. */
  #introduced: { readonly field: number; readonly iid: number; readonly text: string }[] = [];

  /** How many names are known by number. */
  get internedCount(): number {
    return this.#names.size + this.#keys.size + this.#categories.size;
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    const bytes = this.#writer.finish();
    this.#writer.reset();
    return bytes;
  }

  /** Says that timestamps are nanoseconds since 1970: two clocks that show the same. */
  writeClock(timestamp: bigint): void {
    const writer = this.#writer;
    const packet = this.#begin();
    const snapshot = writer.begin(PACKET.clockSnapshot);
    for (const clock of [CLOCK_BOOTTIME, CLOCK_REALTIME]) {
      const at = writer.begin(1);
      writer.writeInt32(1, clock);
      writer.writeInt64(2, timestamp);
      writer.end(at);
    }
    writer.end(snapshot);
    writer.end(packet);
  }

  /** Makes readers forget what was interned, so that neither they nor this grow without bound. */
  forget(): void {
    for (const table of [this.#names, this.#categories, this.#keys]) table.clear();
    const packet = this.#begin();
    this.#writer.writeInt32(PACKET.sequenceFlags, STATE_CLEARED);
    this.#writer.end(packet);
  }

  /** Describes the track of a process. */
  writeProcess(track: bigint, pid: number, name: string): void {
    this.#writeTrack(track, (writer) => {
      const at = writer.begin(3);
      writer.writeInt32(1, pid);
      writer.writeString(6, name);
      writer.end(at);
    });
  }

  /** Describes the track of a thread of a process, whose number is one of the whole machine. */
  writeThread(track: bigint, parent: bigint, pid: number, tid: number, name: string): void {
    this.#writeTrack(track, (writer) => {
      writer.writeInt64(5, parent);
      const at = writer.begin(4);
      writer.writeInt32(1, pid);
      writer.writeInt32(2, tid);
      writer.writeString(5, name);
      writer.end(at);
    });
  }

  /** Describes a track of a process that is no thread. */
  writeTrack(track: bigint, parent: bigint, name: string): void {
    this.#writeTrack(track, (writer) => {
      writer.writeString(2, name);
      writer.writeInt64(5, parent);
    });
  }

  /** Begins a slice: the next end on the track that belongs to no later one ends it. */
  beginSlice(
    track: bigint,
    timestamp: bigint,
    name: string,
    category: string,
    annotations: Annotations,
  ): void {
    this.#writeEvent(BEGIN, track, timestamp, name, category, annotations);
  }

  /** Ends the slice of the track that began last. */
  endSlice(track: bigint, timestamp: bigint): void {
    const writer = this.#writer;
    const packet = this.#begin();
    writer.writeInt64(PACKET.timestamp, timestamp);
    const event = writer.begin(PACKET.trackEvent);
    writer.writeInt32(EVENT.type, END);
    writer.writeInt64(EVENT.trackUuid, track);
    writer.end(event);
    writer.end(packet);
  }

  /** Writes a moment. */
  writeInstant(track: bigint, timestamp: bigint, name: string, annotations: Annotations): void {
    this.#writeEvent(INSTANT, track, timestamp, name, undefined, annotations);
  }

  #writeEvent(
    type: number,
    track: bigint,
    timestamp: bigint,
    name: string,
    category: string | undefined,
    annotations: Annotations,
  ): void {
    const writer = this.#writer;
    const packet = this.#begin();
    writer.writeInt64(PACKET.timestamp, timestamp);
    writer.writeInt32(PACKET.sequenceFlags, NEEDS_STATE);
    const event = writer.begin(PACKET.trackEvent);
    writer.writeInt32(EVENT.type, type);
    writer.writeInt64(EVENT.trackUuid, track);
    this.#writeName(this.#names, INTERNED.names, name, EVENT.nameIid, EVENT.name);
    if (category !== undefined) {
      const { categoryIid, category: field } = EVENT;
      this.#writeName(this.#categories, INTERNED.categories, category, categoryIid, field);
    }
    for (const [key, value] of annotations) {
      if (value === undefined) continue;
      const at = writer.begin(EVENT.annotation);
      this.#writeAnnotation(key, value, 0);
      writer.end(at);
    }
    writer.end(event);
    this.#writeIntroduced();
    writer.end(packet);
  }

  #begin(): number {
    const packet = this.#writer.begin(1);
    this.#writer.writeInt32(PACKET.sequenceId, 1);
    return packet;
  }

  #writeTrack(track: bigint, write: (writer: ProtobufWriter) => void): void {
    const packet = this.#begin();
    const descriptor = this.#writer.begin(PACKET.trackDescriptor);
    this.#writer.writeInt64(1, track);
    write(this.#writer);
    this.#writer.end(descriptor);
    this.#writer.end(packet);
  }

  /** Writes a text by its number, which is introduced if it is new; a long text as it is. */
  #writeName(
    table: InternTable,
    introducedField: number,
    text: string,
    iidField: number,
    textField: number,
  ): void {
    if (text.length > MAX_INTERNED_LENGTH) return this.#writer.writeString(textField, text);
    let iid = table.get(text);
    if (iid === undefined) {
      iid = table.size + 1;
      table.set(text, iid);
      this.#introduced.push({ field: introducedField, iid, text });
    }
    this.#writer.writeInt32(iidField, iid);
  }

  #writeIntroduced(): void {
    if (this.#introduced.length === 0) return;
    const writer = this.#writer;
    const data = writer.begin(PACKET.internedData);
    for (const { field, iid, text } of this.#introduced) {
      const at = writer.begin(field);
      writer.writeInt32(1, iid);
      writer.writeString(2, text);
      writer.end(at);
    }
    writer.end(data);
    this.#introduced = [];
  }

  /** Lists in lists go through recursion, so their depth has an end. */
  #writeAnnotation(key: string | undefined, value: AttributeValue, depth: number): void {
    const writer = this.#writer;
    const { nameIid, name } = ANNOTATION;
    if (key !== undefined) this.#writeName(this.#keys, INTERNED.keys, key, nameIid, name);
    if (typeof value === "string") writer.writeString(ANNOTATION.text, value);
    else if (typeof value === "boolean") writer.writeBool(ANNOTATION.flag, value);
    else if (typeof value === "number") writer.writeDouble(ANNOTATION.double, value);
    else if (typeof value === "bigint") {
      if (BigInt.asIntN(64, value) === value) writer.writeInt64(ANNOTATION.integer, value);
      else writer.writeString(ANNOTATION.text, String(value));
    } else if (value instanceof Uint8Array) writer.writeString(ANNOTATION.text, toBase64(value));
    else if (depth >= MAX_DEPTH) writer.writeString(ANNOTATION.text, "(nested too deep)");
    else if (Array.isArray(value)) {
      for (const item of value) this.#writeNested(ANNOTATION.items, undefined, item, depth);
    } else {
      const map = value as Attributes;
      for (const name in map) this.#writeNested(ANNOTATION.entries, name, map[name], depth);
    }
  }

  #writeNested(
    field: number,
    key: string | undefined,
    value: AttributeValue | undefined,
    depth: number,
  ): void {
    if (value === undefined) return;
    const at = this.#writer.begin(field);
    this.#writeAnnotation(key, value, depth + 1);
    this.#writer.end(at);
  }
}

const PACKET = {
  clockSnapshot: 6,
  timestamp: 8,
  sequenceId: 10,
  trackEvent: 11,
  internedData: 12,
  sequenceFlags: 13,
  trackDescriptor: 60,
} as const;
const EVENT = {
  categoryIid: 3,
  annotation: 4,
  type: 9,
  nameIid: 10,
  trackUuid: 11,
  category: 22,
  name: 23,
} as const;
const INTERNED = { categories: 1, names: 2, keys: 3 } as const;
const ANNOTATION = {
  nameIid: 1,
  flag: 2,
  integer: 4,
  double: 5,
  text: 6,
  name: 10,
  entries: 11,
  items: 12,
} as const;
const [BEGIN, END, INSTANT] = [1, 2, 3];
const STATE_CLEARED = 1;
const NEEDS_STATE = 2;
const CLOCK_REALTIME = 1;
const CLOCK_BOOTTIME = 6;
const MAX_INTERNED_LENGTH = 200;
const MAX_DEPTH = 64;
