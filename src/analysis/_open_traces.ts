import { traceKey } from "../model/trace_key.ts";
import type { Attributes } from "../model/attributes.ts";
import { createAttributes } from "../model/attributes.ts";
import type { Span, SpanState } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import { IdIndex, type Indexed } from "./_id_index.ts";
import type { OperationGroup } from "./operation_group.ts";

const NO_ATTRIBUTES: Attributes = Object.freeze(createAttributes());

/**
 * What is kept of a span until its trace is analysed: its place in the tree, and not its attributes, so
 * that the size of spans does not matter.
 */
export class OpenSpan implements Span, Indexed<OpenSpan> {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name = "";
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint | undefined;
  readonly state: SpanState;
  readonly attributes = NO_ATTRIBUTES;
  readonly operation: OperationGroup;
  readonly serviceGroup: OperationGroup;
  /** The group by the value of an attribute, where that is asked for. */
  readonly by: OperationGroup | undefined;
  /** Whether the span is there for a connection, see `isConnectionSpan`. */
  readonly isConnection: boolean;
  /** Whether it is in the figures of its groups. */
  isCounted = false;
  /** When it started, in nanoseconds after the base of its trace. */
  readonly startNano: number;
  /** Negative when its clock went backwards, or when it has no end. */
  readonly durationNano: number;
  /** Its index in the list of its trace's spans; its place by start, once the trace is analysed. */
  place = 0;
  nextOfHash: OpenSpan | undefined;
  /** Where in the program it was made, of spans that may make calls. */
  caller: string | undefined;
  /** The whole span, where the analysis of the trace needs it. */
  source: Span | undefined;

  constructor(span: Span, groups: SpanGroups, trace: OpenTrace) {
    // The text of the trace's first span, for all of them.
    this.traceId = trace.traceId;
    this.spanId = span.spanId;
    this.parentId = span.parentId;
    this.kind = span.kind;
    this.startTimeUnixNano = span.startTimeUnixNano;
    this.endTimeUnixNano = span.endTimeUnixNano;
    this.state = span.state;
    this.operation = groups.operation;
    this.serviceGroup = groups.serviceGroup;
    this.by = groups.by;
    this.isConnection = groups.isConnection;
    this.startNano = Number(this.startTimeUnixNano - trace.base);
    this.durationNano = this.endTimeUnixNano === undefined
      ? -1
      : Number(this.endTimeUnixNano - this.startTimeUnixNano);
  }
}

/** The groups that a span belongs to. */
export type SpanGroups = Pick<OpenSpan, "operation" | "serviceGroup" | "by" | "isConnection">;

/** How often an operation was carried out in a trace. */
export interface CallCount {
  count: number;
  /** The same of those in a row that name one parent. */
  runCount: number;
  parentId: string | undefined;
}

/** A trace that more spans may come for. */
export class OpenTrace implements Indexed<OpenTrace> {
  readonly key: string;
  #spans: OpenSpan[] = [];
  readonly #byId = new IdIndex<OpenSpan>(({ spanId }) => spanId);
  /** The id as its first span has it. */
  readonly traceId: string;
  /** The start of that span, which others are measured from. */
  readonly base: bigint;
  /** Whether a trace of this id was analysed before. */
  readonly isLate: boolean;
  /** The operations that may be repeated. */
  calls: Map<OperationGroup, CallCount> | undefined;
  /** How often the one was carried out that was most often. */
  maxCallCount = 0;
  runningCount = 0;
  /** Whether a span of it is in some figure. */
  isCounted = false;
  /** Whether a span without a parent has ended. */
  hasRoot = false;
  changedMs = 0;
  /** How many spans had come when it changed last, over all traces. */
  changedAt = 0;
  nextOfHash: OpenTrace | undefined;
  /** Neighbours in the order of their last change. */
  older: OpenTrace | undefined;
  newer: OpenTrace | undefined;

  constructor(key: string, first: Span, isLate: boolean) {
    this.key = key;
    this.traceId = first.traceId;
    this.base = first.startTimeUnixNano;
    this.isLate = isLate;
  }

  /** In the order in which they came. */
  get spans(): readonly OpenSpan[] {
    return this.#spans;
  }

  find(spanId: string): OpenSpan | undefined {
    return this.#byId.get(spanId);
  }

  /** Adds a span, in place of what was known of it before. */
  add(span: OpenSpan, known: OpenSpan | undefined): void {
    if (known !== undefined) {
      this.#byId.delete(known);
      if (known.state === "running") this.runningCount--;
    }
    span.place = known?.place ?? this.#spans.length;
    this.#spans[span.place] = span;
    this.#byId.add(span);
    if (span.state === "running") this.runningCount++;
    else if (span.parentId === undefined) this.hasRoot = true;
  }

  /** Takes the spans out that still run. */
  removeRunning(): OpenSpan[] {
    const running = this.#spans.filter(({ state }) => state === "running");
    for (const span of running) this.#byId.delete(span);
    this.#spans = this.#spans.filter(({ state }) => state !== "running");
    this.runningCount = 0;
    return running;
  }
}

/** How many ids of analysed traces are remembered at least. */
const REMEMBERED_TRACES = 65_536;
/** How many traces with running spans are passed over in search of one to give up. */
const MAX_PASSED_OVER = 64;
/** How many traces are looked at in search of complete ones. */
const MAX_LOOKED_AT = 2_000;

/** Traces that more spans may come for, in the order of their last change. */
export class OpenTraces {
  readonly #byKey = new IdIndex<OpenTrace>(({ key }) => key);
  #oldest: OpenTrace | undefined;
  #newest: OpenTrace | undefined;
  /** Ids of traces that are closed: the newest, and those before. */
  #closed = new Set<string>();
  #closedBefore = new Set<string>();
  spanCount = 0;
  #touchCount = 0;

  /** How many spans have come. */
  get touchCount(): number {
    return this.#touchCount;
  }

  /** The trace of a span, as the one that changed last. */
  touch(span: Span, nowMs: number): OpenTrace {
    this.#touchCount++;
    const key = traceKey(span.traceId);
    let trace = this.#byKey.get(key);
    if (trace === undefined) {
      trace = new OpenTrace(key, span, this.#closed.has(key) || this.#closedBefore.has(key));
      this.#byKey.add(trace);
    } else if (trace !== this.#newest) {
      this.#unlink(trace);
    }
    if (trace !== this.#newest) this.#append(trace);
    trace.changedMs = nowMs;
    trace.changedAt = this.#touchCount;
    return trace;
  }

  /** The trace to give up first: the one that has been quiet longest, without running spans if possible. */
  oldest(): OpenTrace | undefined {
    let trace = this.#oldest;
    for (let passed = 0; trace !== undefined && passed < MAX_PASSED_OVER; passed++) {
      if (trace.runningCount === 0 && trace !== this.#newest) return trace;
      trace = trace.newer;
    }
    return this.#oldest;
  }

  /**
   * The traces that seem complete: their root has ended, nothing runs, and nothing came for them since a
   * number of spans came for others. Not all of them if many are not.
   */
  *complete(sinceCount: number): Generator<OpenTrace> {
    let trace = this.#oldest;
    for (let looked = 0; trace !== undefined && looked < MAX_LOOKED_AT; looked++) {
      if (trace.changedAt > sinceCount) return;
      const { newer } = trace;
      if (trace.hasRoot && trace.runningCount === 0) yield trace;
      trace = newer;
    }
  }

  /** The traces that nothing happened to since a moment, the one that has been quiet longest first. */
  *quietSince(sinceMs: number): Generator<OpenTrace> {
    for (let trace = this.#oldest; trace !== undefined && trace.changedMs <= sinceMs;) {
      const { newer } = trace;
      yield trace;
      trace = newer;
    }
  }

  /** Forgets a trace but for its id. */
  close(trace: OpenTrace): void {
    this.#byKey.delete(trace);
    this.#unlink(trace);
    this.spanCount -= trace.spans.length;
    if (this.#closed.size >= REMEMBERED_TRACES) {
      this.#closedBefore = this.#closed;
      this.#closed = new Set();
    }
    this.#closed.add(trace.key);
  }

  #append(trace: OpenTrace): void {
    trace.older = this.#newest;
    trace.newer = undefined;
    if (this.#newest === undefined) this.#oldest = trace;
    else this.#newest.newer = trace;
    this.#newest = trace;
  }

  #unlink(trace: OpenTrace): void {
    if (trace.older === undefined) this.#oldest = trace.newer;
    else trace.older.newer = trace.newer;
    if (trace.newer === undefined) this.#newest = trace.older;
    else trace.newer.older = trace.older;
    trace.older = trace.newer = undefined;
  }
}
