import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { countReason } from "../model/counters.ts";
import { durationNano, type Span } from "../model/span.ts";
import { formatTimestamp } from "../model/time.ts";
import { countDropped } from "../wire/count_dropped.ts";
import { toBase64 } from "../wire/base64.ts";
import { ProtobufWriter } from "../wire/protobuf/protobuf_writer.ts";
import type { Exporter } from "./exporter.ts";
import { groupByService } from "./_group_by_service.ts";
import { joinBytes, NO_BYTES } from "./_join_bytes.ts";
import { LaneTable, NEVER } from "./_lane_table.ts";
import { layoutEnd, layoutTrace, type SpanChain } from "./_trace_layout.ts";
import { TraceGroups } from "./_trace_groups.ts";

/** How much a {@linkcode PerfettoExporter} looks at before it writes. */
export interface PerfettoExporterOptions {
  /** Most spans held back so that the spans of a trace can be laid out together. @default 20_000 */
  readonly maxPendingSpans?: number;
}

interface Process {
  readonly pid: number;
  readonly lanes: LaneTable;
  readonly knownLanes: Set<number>;
}

type InternTable = Map<string, number>;

/**
 * Writes Perfetto's own format: TracePackets of protobuf. A service is a process, a lane is a thread, laid out
 * as for Chrome's format; a span is a slice from its begin to its end packet. Timestamps are nanoseconds
 * since 1970, and a clock snapshot says so.
 *
 * | packet | field |
 * | --- | --- |
 * | `track_descriptor` | of each process and thread, before its first event |
 * | `track_event` | `SLICE_BEGIN` with name, category (the kind) and debug annotations; `SLICE_END`; `INSTANT` for an event of a span |
 * | `interned_data` | names, categories and names of annotations, at their first use |
 *
 * Specification: `protos/perfetto/trace/perfetto_trace.proto` of Perfetto.
 */
export class PerfettoExporter implements Exporter<Uint8Array> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #groups: TraceGroups;
  readonly #processes = new Map<string, Process>();
  readonly #names: InternTable = new Map();
  readonly #categories: InternTable = new Map();
  readonly #keys: InternTable = new Map();
  readonly #writer = new ProtobufWriter();
  /** What the next packet has to introduce, by field of `InternedData`. */
  #introduced: { readonly field: number; readonly iid: number; readonly text: string }[] = [];
  #isCleared = false;
  #crowdedCount = 0n;

  constructor(options: PerfettoExporterOptions = {}) {
    this.#groups = new TraceGroups({ ...options, changed: this.changed });
  }

  begin(): Uint8Array {
    return NO_BYTES;
  }

  span(span: Span): Uint8Array {
    this.#groups.add(span);
    const pieces: Uint8Array[] = [];
    for (let spans = this.#groups.takeOverflow(); spans; spans = this.#groups.takeOverflow()) {
      pieces.push(this.#encodeTrace(spans));
    }
    return joinBytes(pieces);
  }

  end(): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let spans = this.#groups.take(); spans; spans = this.#groups.take()) {
      pieces.push(this.#encodeTrace(spans));
    }
    return joinBytes(pieces);
  }

  #encodeTrace(spans: readonly Span[]): Uint8Array {
    this.#writer.reset();
    if (!this.#isCleared) this.#writeClock(this.#timestamp(spans[0].startTimeUnixNano));
    if (!this.#isCleared || this.#internedCount() > MAX_INTERNED) this.#clearInterned();
    for (const [service, group] of groupByService(spans)) {
      const process = this.#process(service);
      for (const chain of layoutTrace(group)) this.#writeChain(chain, process);
    }
    return this.#writer.finish();
  }

  /** Both clocks run as one: that of the timestamps, and the one that people read. */
  #writeClock(timestamp: bigint): void {
    const packet = this.#beginPacket();
    const snapshot = this.#writer.begin(PACKET.clockSnapshot);
    for (const clock of [CLOCK_BOOTTIME, CLOCK_REALTIME]) {
      const at = this.#writer.begin(1);
      this.#writer.writeInt32(1, clock);
      this.#writer.writeInt64(2, timestamp);
      this.#writer.end(at);
    }
    this.#writer.end(snapshot);
    this.#writer.end(packet);
  }

  /** Makes readers forget what was interned, so that neither they nor this grow without bound. */
  #clearInterned(): void {
    for (const table of [this.#names, this.#categories, this.#keys]) table.clear();
    this.#isCleared = true;
    const packet = this.#beginPacket();
    this.#writer.writeInt32(PACKET.sequenceFlags, STATE_CLEARED);
    this.#writer.end(packet);
  }

  #internedCount(): number {
    return this.#names.size + this.#keys.size + this.#categories.size;
  }

  #process(service: string): Process {
    const isKnown = this.#processes.has(service) || this.#processes.size < MAX_PROCESSES;
    const name = isKnown ? service : "(more services)";
    let process = this.#processes.get(name);
    if (process === undefined) {
      process = { pid: this.#processes.size + 1, lanes: new LaneTable(), knownLanes: new Set() };
      this.#processes.set(name, process);
      const { pid } = process;
      this.#writeTrack(trackOf(pid, 0), (writer) => {
        const at = writer.begin(3);
        writer.writeInt32(1, pid);
        writer.writeString(6, name);
        writer.end(at);
      });
    }
    return process;
  }

  #writeChain(chain: SpanChain, process: Process): void {
    // Packets of one moment are taken in the order of the file: lanes must not touch.
    const end = chain.end === NEVER ? NEVER : chain.end + 1n;
    const track = this.#trackOf(process, process.lanes.take(chain.start, end), chain);
    const open: bigint[] = [];
    const closeUntil = (moment: bigint): void => {
      while (open.length > 0 && open.at(-1)! <= moment) this.#writeEnd(track, open.pop()!);
    };
    for (const span of chain.spans) {
      closeUntil(span.startTimeUnixNano);
      this.#writeBegin(track, span);
      for (const event of span.events ?? []) {
        this.#writeEvent(track, INSTANT, event.timeUnixNano, event.name, undefined, (writer) => {
          for (const key in event.attributes) this.#annotate(writer, key, event.attributes[key]);
        });
      }
      open.push(layoutEnd(span));
    }
    closeUntil(NEVER - 1n);
  }

  /** The track of a lane, described before its first event. */
  #trackOf({ pid, knownLanes }: Process, lane: number | undefined, chain: SpanChain): bigint {
    if (lane === undefined) {
      // An end belongs to the last begin of its track: what overlaps cannot share one.
      countReason(this.changed, "crowded_lane", chain.spans.length);
      const track = CROWDED_TRACKS + ++this.#crowdedCount;
      this.#writeTrack(track, (writer) => {
        writer.writeString(2, "crowded");
        writer.writeInt64(5, trackOf(pid, 0));
      });
      return track;
    }
    const track = trackOf(pid, lane);
    if (knownLanes.has(lane)) return track;
    knownLanes.add(lane);
    this.#writeTrack(track, (writer) => {
      writer.writeInt64(5, trackOf(pid, 0));
      const at = writer.begin(4);
      writer.writeInt32(1, pid);
      // Numbers of threads are of the whole machine.
      writer.writeInt32(2, Number(track));
      writer.writeString(5, `lane ${lane}`);
      writer.end(at);
    });
    return track;
  }

  #writeBegin(track: bigint, span: Span): void {
    const duration = durationNano(span);
    if (duration === undefined) countReason(this.changed, "no_end_time");
    else if (duration < 0n) countReason(this.changed, "negative_duration");
    countDropped(span, LOST, this);
    const { name, kind } = span;
    this.#writeEvent(track, BEGIN, span.startTimeUnixNano, name, String(kind), (writer) => {
      this.#annotate(writer, "trace_id", span.traceId);
      this.#annotate(writer, "span_id", span.spanId);
      if (span.parentId !== undefined) this.#annotate(writer, "parent_id", span.parentId);
      if (span.state !== "ended") this.#annotate(writer, "state", span.state);
      if (duration !== undefined && duration < 0n) this.#annotate(writer, "duration_ns", duration);
      this.#annotateMap(writer, "attributes", span.attributes);
      if (span.status !== undefined) {
        this.#annotate(writer, "status", span.status.code);
        if (span.status.message) this.#annotate(writer, "status_message", span.status.message);
      }
      if (span.error !== undefined) this.#annotate(writer, "error", span.error);
      if (span.indicator !== undefined) this.#annotate(writer, "indicator", span.indicator);
      if (span.traceState) this.#annotate(writer, "trace_state", span.traceState);
      this.#annotateMap(writer, "resource", span.resource ?? {});
      if (span.scope !== undefined) this.#annotate(writer, "scope", span.scope.name);
      if (span.links?.length) {
        this.#annotate(
          writer,
          "links",
          span.links.map(({ traceId, spanId, attributes }) => ({
            trace_id: traceId,
            span_id: spanId,
            attributes,
          })),
        );
      }
      for (const { timeUnixNano, ...sample } of span.samples ?? []) {
        const time = timeUnixNano === undefined ? {} : { time: formatTimestamp(timeUnixNano) };
        this.#annotate(writer, "sample", { ...sample, ...time } as unknown as AttributeValue);
      }
    });
  }

  #writeEnd(track: bigint, at: bigint): void {
    const writer = this.#writer;
    const packet = this.#beginPacket();
    writer.writeInt64(PACKET.timestamp, this.#timestamp(at));
    const event = writer.begin(PACKET.trackEvent);
    writer.writeInt32(EVENT.type, END);
    writer.writeInt64(EVENT.trackUuid, track);
    writer.end(event);
    writer.end(packet);
  }

  #writeEvent(
    track: bigint,
    type: number,
    at: bigint,
    name: string,
    category: string | undefined,
    annotate: (writer: ProtobufWriter) => void,
  ): void {
    const writer = this.#writer;
    const packet = this.#beginPacket();
    writer.writeInt64(PACKET.timestamp, this.#timestamp(at));
    writer.writeInt32(PACKET.sequenceFlags, NEEDS_STATE);
    const event = writer.begin(PACKET.trackEvent);
    writer.writeInt32(EVENT.type, type);
    writer.writeInt64(EVENT.trackUuid, track);
    const nameIid = this.#intern(this.#names, INTERNED.names, name.toWellFormed());
    if (nameIid === undefined) writer.writeString(EVENT.name, name);
    else writer.writeInt32(EVENT.nameIid, nameIid);
    if (category !== undefined) {
      const iid = this.#intern(this.#categories, INTERNED.categories, category);
      if (iid === undefined) writer.writeString(EVENT.category, category);
      else writer.writeInt32(EVENT.categoryIid, iid);
    }
    annotate(writer);
    writer.end(event);
    this.#writeIntroduced();
    writer.end(packet);
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

  #writeTrack(uuid: bigint, write: (writer: ProtobufWriter) => void): void {
    const packet = this.#beginPacket();
    const track = this.#writer.begin(PACKET.trackDescriptor);
    this.#writer.writeInt64(1, uuid);
    write(this.#writer);
    this.#writer.end(track);
    this.#writer.end(packet);
  }

  #beginPacket(): number {
    const packet = this.#writer.begin(1);
    this.#writer.writeInt32(PACKET.sequenceId, 1);
    return packet;
  }

  /** The number of a text, which is introduced if it is new; `undefined` for long texts. */
  #intern(table: InternTable, field: number, text: string): number | undefined {
    if (text.length > MAX_INTERNED_LENGTH) return undefined;
    let iid = table.get(text);
    if (iid === undefined) {
      iid = table.size + 1;
      table.set(text, iid);
      this.#introduced.push({ field, iid, text });
    }
    return iid;
  }

  #annotateMap(writer: ProtobufWriter, key: string, map: Attributes): void {
    for (const _ in map) return this.#annotate(writer, key, map);
  }

  #annotate(writer: ProtobufWriter, key: string, value: AttributeValue): void {
    const at = writer.begin(EVENT.annotation);
    this.#writeAnnotation(writer, key, value, 0);
    writer.end(at);
  }

  /** Lists in lists go through recursion, so their depth has an end. */
  #writeAnnotation(
    writer: ProtobufWriter,
    key: string | undefined,
    value: AttributeValue,
    depth: number,
  ): void {
    if (key !== undefined) {
      const iid = this.#intern(this.#keys, INTERNED.keys, key.toWellFormed());
      if (iid === undefined) writer.writeString(ANNOTATION.name, key);
      else writer.writeInt32(ANNOTATION.nameIid, iid);
    }
    if (typeof value === "string") writer.writeString(ANNOTATION.text, value);
    else if (typeof value === "boolean") writer.writeBool(ANNOTATION.flag, value);
    else if (typeof value === "number") writer.writeDouble(ANNOTATION.double, value);
    else if (typeof value === "bigint") {
      if (BigInt.asIntN(64, value) === value) writer.writeInt64(ANNOTATION.integer, value);
      else writer.writeString(ANNOTATION.text, String(value));
    } else if (value instanceof Uint8Array) writer.writeString(ANNOTATION.text, toBase64(value));
    else if (depth >= MAX_DEPTH) writer.writeString(ANNOTATION.text, "(nested too deep)");
    else if (Array.isArray(value)) {
      for (const item of value) this.#writeNested(writer, ANNOTATION.items, undefined, item, depth);
    } else {
      const map = value as Attributes;
      for (const name in map) this.#writeNested(writer, ANNOTATION.entries, name, map[name], depth);
    }
  }

  #writeNested(
    writer: ProtobufWriter,
    field: number,
    key: string | undefined,
    value: AttributeValue,
    depth: number,
  ): void {
    if (value === undefined) return;
    const at = writer.begin(field);
    this.#writeAnnotation(writer, key, value, depth + 1);
    writer.end(at);
  }

  /** Perfetto's timestamps have 64 bits without a sign, its clocks 63. */
  #timestamp(unixNano: bigint): bigint {
    if (unixNano >= 0n && unixNano <= MAX_TIMESTAMP) return unixNano;
    countReason(this.changed, "time_out_of_range");
    return unixNano < 0n ? 0n : MAX_TIMESTAMP;
  }
}

/** A lane's track, and the number of its thread; lane 0 is the process. */
function trackOf(pid: number, lane: number): bigint {
  return BigInt(pid) * 1_000_000n + BigInt(lane);
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
const MAX_TIMESTAMP = 2n ** 63n - 1n;
const MAX_PROCESSES = 256;
/** Beyond the track of every lane. */
const CROWDED_TRACKS = 2n ** 40n;
const MAX_INTERNED = 20_000;
const MAX_INTERNED_LENGTH = 200;
const MAX_DEPTH = 64;
const LOST = ["time_offset", "flags", "dropped_counts", "schema_url", "scope_attributes"] as const;
