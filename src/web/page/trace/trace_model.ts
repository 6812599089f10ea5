import { isErrorSpan } from "../../../model/span.ts";
import type { SpanKind } from "../../../model/span_kind.ts";
import { spanService } from "../../../model/span_service.ts";
import type { Trace } from "../../../model/trace.ts";
import { TraceTimes } from "../../../views/trace_times.ts";
import { kindColor } from "./kind_colors.ts";
import { serviceColors } from "./service_colors.ts";

/** A stretch of the critical path within one span, in nanoseconds after the trace's start. */
export interface PathStretch {
  readonly fromNano: number;
  readonly toNano: number;
}

/** How a span's bar is marked, beside its colour. */
export type SpanMark = "error" | "running" | "unfinished" | "skewed";

/**
 * A trace with what is drawn of it at hand: places in time as numbers, colours. What needs a look into
 * every span is found when it is asked for, so that the first rows are on the screen before.
 */
export class TraceModel {
  readonly trace: Trace;
  /** By index of the node, in nanoseconds after the trace's start. */
  readonly starts: Float64Array;
  /** The same; a span without an end reaches to {@linkcode TraceModel.durationNano}. */
  readonly ends: Float64Array;
  readonly #running: number[] = [];
  #durationNano: number;
  #services: ServiceTable | undefined;
  #errors: Int32Array | undefined;
  #path: ReadonlyMap<number, readonly PathStretch[]> | undefined;
  #maxDepth: number | undefined;
  #kinds: ReadonlySet<SpanKind> | undefined;

  constructor(trace: Trace) {
    this.trace = trace;
    this.#durationNano = Number(trace.durationNano);
    const { starts, ends } = TraceTimes.of(trace).intervals;
    this.starts = starts;
    // Those of spans that run are moved.
    this.ends = trace.runningCount === 0 ? ends : ends.slice();
    if (trace.runningCount === 0) return;
    trace.nodes.forEach(({ span }, index) => {
      if (span.state === "running") this.#running.push(index);
    });
  }

  /** How long the axis is: to the latest moment known, or to now while a span runs. */
  get durationNano(): number {
    return this.#durationNano;
  }

  /** Lets the spans that run reach to this moment; in time in proportion to their number. */
  advance(nowUnixNano: bigint): void {
    if (this.#running.length === 0) return;
    const now = Number(nowUnixNano - this.trace.startTimeUnixNano);
    this.#durationNano = Math.max(Number(this.trace.durationNano), now);
    for (const index of this.#running) this.ends[index] = Math.max(this.starts[index], now);
  }

  /** The names of the services in the order in which they appear; "" for spans that name none. */
  get services(): readonly string[] {
    return this.#serviceTable().names;
  }

  /** How many levels the tree has. */
  get depth(): number {
    return this.#maxDepth ??= this.trace.nodes.reduce(
      (most, { depth }) => Math.max(most, depth + 1),
      0,
    );
  }

  /** Indexes of the spans that failed, ascending. */
  get errors(): Int32Array {
    return this.#errors ??= Int32Array.from(
      this.trace.nodes.flatMap(({ span }, index) => isErrorSpan(span) ? [index] : []),
    );
  }

  /** {@linkcode TraceModel.path} if it was asked for before: the first frame does not wait for it. */
  get knownPath(): ReadonlyMap<number, readonly PathStretch[]> | undefined {
    return this.#path;
  }

  /** The stretches of the critical path, by index of the span they are in. */
  get path(): ReadonlyMap<number, readonly PathStretch[]> {
    return this.#path ??= this.#findPath();
  }

  /** Whether spans are told apart by their kinds, since they are all of one service. */
  get isColoredByKind(): boolean {
    return this.#serviceTable().names.length === 1;
  }

  /** The number of the colour of a span: its service's, or its kind's. */
  colorOf(index: number): number {
    const { span } = this.trace.nodes[index];
    if (this.isColoredByKind) return kindColor(span.kind);
    return this.#serviceTable().colors.get(spanService(span) ?? "") ?? 0;
  }

  /** The kinds of the spans, in the order in which they appear. */
  get kinds(): ReadonlySet<SpanKind> {
    return this.#kinds ??= new Set(this.trace.nodes.map(({ span }) => span.kind));
  }

  /** The number of the colour of a service. */
  colorOfService(service: string): number {
    return this.#serviceTable().colors.get(service) ?? 0;
  }

  /** What a span's bar is marked with. */
  markOf(index: number): SpanMark | undefined {
    const { span } = this.trace.nodes[index];
    if (span.state !== "ended") return span.state;
    if (isErrorSpan(span)) return "error";
    return span.endTimeUnixNano! < span.startTimeUnixNano ? "skewed" : undefined;
  }

  #serviceTable(): ServiceTable {
    if (this.#services !== undefined) return this.#services;
    const names = new Set<string>();
    for (const { span } of this.trace.nodes) names.add(spanService(span) ?? "");
    const list = [...names];
    const numbers = serviceColors(list);
    const colors = new Map(list.map((name, place) => [name, numbers[place]]));
    return this.#services = { names: list, colors };
  }

  #findPath(): ReadonlyMap<number, readonly PathStretch[]> {
    const byIndex = new Map<number, PathStretch[]>();
    for (const { index, fromNano, toNano } of TraceTimes.of(this.trace).criticalPath) {
      const stretches = byIndex.get(index);
      if (stretches === undefined) byIndex.set(index, [{ fromNano, toNano }]);
      else stretches.push({ fromNano, toNano });
    }
    return byIndex;
  }
}

interface ServiceTable {
  readonly names: readonly string[];
  readonly colors: ReadonlyMap<string, number>;
}
