import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { countReason } from "../model/counters.ts";
import { durationNano, type MetricSample, type Span } from "../model/span.ts";
import { countDropped } from "../wire/count_dropped.ts";
import { type Annotations, TracePackets } from "../wire/perfetto/trace_packets.ts";
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

/**
 * Writes Perfetto's own format. A service is a process, a lane is a thread, laid out as for Chrome's
 * format; a span is a slice with its kind as the category and everything else as debug annotations.
 * Timestamps are nanoseconds since 1970.
 */
export class PerfettoExporter implements Exporter<Uint8Array> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #groups: TraceGroups;
  readonly #processes = new Map<string, Process>();
  readonly #packets = new TracePackets();
  #isBegun = false;
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
    if (!this.#isBegun) this.#packets.writeClock(clampTime(spans[0].startTimeUnixNano));
    if (!this.#isBegun || this.#packets.internedCount > MAX_INTERNED) this.#packets.forget();
    this.#isBegun = true;
    for (const [service, group] of groupByService(spans)) {
      const process = this.#process(service);
      for (const chain of layoutTrace(group)) this.#writeChain(chain, process);
    }
    return this.#packets.take();
  }

  #process(service: string): Process {
    const isKnown = this.#processes.has(service) || this.#processes.size < MAX_PROCESSES;
    const name = isKnown ? service : "(more services)";
    let process = this.#processes.get(name);
    if (process === undefined) {
      const pid = this.#processes.size + 1;
      process = { pid, lanes: new LaneTable(), knownLanes: new Set() };
      this.#processes.set(name, process);
      this.#packets.writeProcess(laneTrack(pid, 0), pid, name);
    }
    return process;
  }

  #writeChain(chain: SpanChain, process: Process): void {
    // Packets of one moment are taken in the order of the file: lanes must not touch.
    const end = chain.end === NEVER ? NEVER : chain.end + 1n;
    const track = this.#trackOf(process, process.lanes.take(chain.start, end), chain);
    const open: bigint[] = [];
    const closeUntil = (moment: bigint): void => {
      while (open.length > 0 && open.at(-1)! <= moment) {
        this.#packets.endSlice(track, this.#time(open.pop()!));
      }
    };
    for (const span of chain.spans) {
      closeUntil(span.startTimeUnixNano);
      this.#writeSpan(track, span);
      open.push(layoutEnd(span));
    }
    closeUntil(NEVER - 1n);
  }

  /** The track of a lane, described before its first event. */
  #trackOf({ pid, knownLanes }: Process, lane: number | undefined, chain: SpanChain): bigint {
    const process = laneTrack(pid, 0);
    if (lane === undefined) {
      // An end belongs to the last begin of its track: what overlaps cannot share one.
      countReason(this.changed, "crowded_lane", chain.spans.length);
      const track = CROWDED_TRACKS + ++this.#crowdedCount;
      this.#packets.writeTrack(track, process, "crowded");
      return track;
    }
    const track = laneTrack(pid, lane);
    if (knownLanes.has(lane)) return track;
    knownLanes.add(lane);
    this.#packets.writeThread(track, process, pid, Number(track), `lane ${lane}`);
    return track;
  }

  #writeSpan(track: bigint, span: Span): void {
    const duration = durationNano(span);
    if (duration === undefined) countReason(this.changed, "no_end_time");
    else if (duration < 0n) countReason(this.changed, "negative_duration");
    countDropped(span, LOST, this);
    const { name, kind, startTimeUnixNano } = span;
    const annotations = spanAnnotations(span);
    this.#packets.beginSlice(
      track,
      this.#time(startTimeUnixNano),
      name.toWellFormed(),
      String(kind),
      annotations,
    );
    for (const { timeUnixNano, name, attributes } of span.events ?? []) {
      const annotations = Object.entries(attributes);
      this.#packets.writeInstant(track, this.#time(timeUnixNano), name.toWellFormed(), annotations);
    }
  }

  #time(unixNano: bigint): bigint {
    const time = clampTime(unixNano);
    if (time !== unixNano) countReason(this.changed, "time_out_of_range");
    return time;
  }
}

/** A lane's track, and the number of its thread; lane 0 is the process. */
function laneTrack(pid: number, lane: number): bigint {
  return BigInt(pid) * 1_000_000n + BigInt(lane);
}

/** Beyond the track of every lane. */
const CROWDED_TRACKS = 2n ** 40n;
const MAX_PROCESSES = 256;
const MAX_INTERNED = 20_000;
const MAX_TIME = 2n ** 63n - 1n;
const LOST = ["time_offset", "flags", "dropped_counts", "schema_url", "scope_attributes"] as const;

/** Perfetto's timestamps have 64 bits without a sign, its clocks 63. */
function clampTime(unixNano: bigint): bigint {
  return unixNano < 0n ? 0n : unixNano > MAX_TIME ? MAX_TIME : unixNano;
}

function spanAnnotations(span: Span): Annotations {
  const { status, links, samples } = span;
  const duration = durationNano(span);
  return [
    ["trace_id", span.traceId],
    ["span_id", span.spanId],
    ["parent_id", span.parentId],
    ["state", span.state === "ended" ? undefined : span.state],
    ["duration_ns", duration !== undefined && duration < 0n ? duration : undefined],
    ["attributes", nonEmpty(span.attributes)],
    ["status", status?.code],
    ["status_message", status?.message || undefined],
    ["error", span.error],
    ["indicator", span.indicator],
    ["trace_state", span.traceState || undefined],
    ["resource", nonEmpty(span.resource)],
    ["scope", span.scope?.name],
    ["scope_version", span.scope?.version || undefined],
    [
      "links",
      links?.length
        ? links.map(({ traceId, spanId, attributes }) => ({
          trace_id: traceId,
          span_id: spanId,
          attributes,
        }))
        : undefined,
    ],
    ["samples", samples?.length ? samples.map(sampleMap) : undefined],
  ];
}

function nonEmpty(map: Attributes | undefined): Attributes | undefined {
  for (const _ in map) return map;
  return undefined;
}

/** Fields that are absent are passed over. */
function sampleMap({ timeUnixNano, ...sample }: MetricSample): AttributeValue {
  return { ...sample, time_unix_nano: timeUnixNano } as unknown as AttributeValue;
}
