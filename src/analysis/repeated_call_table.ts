import type { Attributes } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { ownText } from "../model/own_text.ts";
import { type Operation, operationOf } from "./operation.ts";
import type { RepeatedCall } from "./repeated_calls.ts";

/** A repeated call over all traces: the same operation, often, below the same operation. */
export interface RepeatedCallStats {
  readonly operation: Operation;
  /** What carried it out that often; `undefined` when it was not seen. */
  readonly parent: Operation | undefined;
  /** The place in the program that did it, where the spans tell: a function, a file and a line. */
  readonly caller: string | undefined;
  /** How many parents did. */
  parentCount: number;
  /** By all of them together. */
  callCount: number;
  /** Most calls of one parent. */
  maxCallCount: number;
  /** The sum of the calls' durations. */
  totalNano: number;
  /** The time in which at least one call of a parent ran. */
  wallNano: number;
  /** Whether some of them ran at the same time. */
  isParallel: boolean;
  /** Values of the first calls that were found, at most five. */
  readonly samples: string[];
  /** The first trace it was found in. */
  readonly traceId: string;
  /** The parent in that trace, by the id that its calls name. */
  readonly parentSpanId: string | undefined;
}

/** What a {@linkcode RepeatedCallTable} is to be told of a span whose trace is analysed. */
export interface CallLookup {
  operationOf(span: Span): Operation | undefined;
  /** The span with its attributes; `undefined` when they are gone. */
  sourceOf(span: Span): Span | undefined;
  /** Where in the program a span was made that is no call. */
  callerOf(span: Span): string | undefined;
}

/** Repeated calls of many traces, bounded in number. */
export class RepeatedCallTable {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, RepeatedCallStats>();
  #otherCount = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Those found so far, in the order in which they were first found. */
  get entries(): readonly RepeatedCallStats[] {
    return [...this.#entries.values()];
  }

  /** How many findings had no room. */
  get otherCount(): number {
    return this.#otherCount;
  }

  add(trace: Trace, call: RepeatedCall, lookup: CallLookup): void {
    const { operation, parentIndex, indexes } = call;
    const parentSpan = parentIndex < 0 ? undefined : trace.nodes[parentIndex].span;
    const parent = parentSpan && lookup.operationOf(parentSpan);
    const source = firstSource(trace, indexes, lookup);
    const caller = (source && callerOf(source)) ?? (parentSpan && lookup.callerOf(parentSpan));
    const key = [
      operation.category,
      operation.service,
      operation.name,
      parent?.service,
      parent?.name,
      caller,
    ].join("\0");
    let stats = this.#entries.get(key);
    if (stats === undefined) {
      if (this.#entries.size >= this.#maxEntries) {
        this.#otherCount++;
        return;
      }
      stats = {
        operation,
        parent,
        caller: caller && ownText(caller),
        parentCount: 0,
        callCount: 0,
        maxCallCount: 0,
        totalNano: 0,
        wallNano: 0,
        isParallel: false,
        samples: sampleValues(trace, indexes, lookup),
        traceId: ownText(trace.nodes[indexes[0]].span.traceId),
        parentSpanId: parentSpan?.spanId ?? trace.nodes[indexes[0]].span.parentId,
      };
      this.#entries.set(ownText(key), stats);
    }
    stats.parentCount++;
    stats.callCount += indexes.length;
    stats.maxCallCount = Math.max(stats.maxCallCount, indexes.length);
    stats.totalNano += call.totalNano;
    stats.wallNano += call.wallNano;
    stats.isParallel ||= call.isParallel;
  }
}

function firstSource(
  trace: Trace,
  indexes: readonly number[],
  lookup: CallLookup,
): Span | undefined {
  for (const index of indexes) {
    const source = lookup.sourceOf(trace.nodes[index].span);
    if (source !== undefined) return source;
  }
  return undefined;
}

/** What differs from call to call, of the first calls; of each at most a few values. */
function sampleValues(trace: Trace, indexes: readonly number[], lookup: CallLookup): string[] {
  const samples: string[] = [];
  for (const index of indexes) {
    if (samples.length === MAX_SAMPLES) break;
    const source = lookup.sourceOf(trace.nodes[index].span);
    if (source === undefined) continue;
    const values = callValues(source);
    if (values.length > 0) samples.push(ownText(values.join(", ")));
  }
  return samples;
}

/**
 * The values of a call that its operation's name leaves out: literals of a statement, ids of a path, the key
 * of a cache; where a statement has parameters only, the values that OpenTelemetry's attributes give.
 */
export function callValues(span: Span): string[] {
  const values: string[] = [];
  operationOf(span, (value) => {
    if (values.length < MAX_VALUES) values.push(cut(value));
  });
  if (values.length > 0) return values;
  for (const key in span.attributes) {
    if (!PARAMETER_KEY.test(key)) continue;
    const value = span.attributes[key];
    if (values.length < MAX_VALUES) values.push(cut(String(value)));
  }
  return values;
}

/** Where in the program a span was made, by OpenTelemetry's attributes: `function (file:line)`. */
export function callerOf({ attributes }: Span): string | undefined {
  const name = text(attributes, "code.function.name") ?? text(attributes, "code.function");
  const file = text(attributes, "code.file.path") ?? text(attributes, "code.filepath");
  if (name === undefined && file === undefined) return undefined;
  const namespace = text(attributes, "code.namespace");
  const line = attributes["code.line.number"] ?? attributes["code.lineno"];
  const place = file !== undefined && line !== undefined ? `${file}:${line}` : file;
  const whole = name !== undefined && namespace !== undefined ? `${namespace}.${name}` : name;
  const both = whole !== undefined && place !== undefined ? `${whole} (${place})` : undefined;
  const caller = (both ?? whole ?? place) as string;
  return caller.length > MAX_CALLER_LENGTH ? `${caller.slice(0, MAX_CALLER_LENGTH)}…` : caller;
}

const MAX_CALLER_LENGTH = 512;

function text(attributes: Attributes, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function cut(value: string): string {
  return value.length > MAX_VALUE_LENGTH ? value.slice(0, MAX_VALUE_LENGTH) + "…" : value;
}

const MAX_SAMPLES = 5;
const MAX_VALUES = 8;
const MAX_VALUE_LENGTH = 80;
const PARAMETER_KEY = /^db\.(?:query|statement)\.parameters?\b/;
