import { createAttributes } from "../../model/attributes.ts";
import type { Span } from "../../model/span.ts";
import { parseTimestamp } from "../../model/time.ts";
import { DecodeError } from "../decode_error.ts";
import { fnvHash, formatHashId } from "../fnv_hash.ts";
import { jsonAttributes } from "../json/json_attributes.ts";
import { isJsonRecord, type JsonRecord, parseJsonBody } from "../json/parse_json_body.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import type { SpanLineSink } from "../span_line/span_line_sink.ts";
import { SpanLineWriter } from "../span_line/span_line_writer.ts";
import type { TranscodeResult } from "../span_line/transcode_result.ts";
import { asyncKey, idOf, laneKey, readChromeMicros, textOf } from "./_chrome_event.ts";
import { ChromeLane, type ChromeSpan } from "./_chrome_span.ts";
import { isOwnSpan, ownSpan } from "./_own_span.ts";

/** Options of {@linkcode ChromeTraceReader}. */
export interface ChromeTraceReaderOptions {
  /**
   * Spans are held back until so many have come or the file ends, because threads are named and times
   * are explained anywhere in a file, and parents may stand behind their children. @default 100_000
   */
  readonly maxHeldSpans?: number;
}

/**
 * Makes spans of Chrome's trace events, as browsers, compilers and build tools write them.
 *
 * | events | span |
 * | --- | --- |
 * | `X`; `B` and `E` | a span of a thread; its parent is the innermost span of the thread around it |
 * | `b` and `e`; `S` and `F` | a span of an asynchronous operation; its parent the one of the same id that is open |
 * | `i`, `I`, `R`; `n`, `T`, `p` | an event of the innermost span around it; of the operation |
 * | `ts`, `dur` | microseconds since 1970, or since `otherData.time_origin` |
 * | `pid` | a trace; its name is the service |
 * | `tid` and its name | attributes `thread.id`, `thread.name` |
 * | `cat`, `args` | attributes `chrome.category` and their own |
 *
 * A span that does not end is unfinished. What this program exported becomes the spans that it was. Counters, samples,
 * flows, objects and memory dumps are passed over. Reasons to reject an event: `malformed`, `invalid_time`,
 * `orphan_end`, `too_deep`, `too_long`.
 *
 * Specification: "Trace Event Format", the Chromium project.
 *
 * @example
 * ```ts
 * import { LineBuffer } from "../../assemble/line_buffer.ts";
 * import { ChromeTraceReader } from "./chrome_trace_reader.ts";
 *
 * const sink = new LineBuffer((batch) => console.log(new TextDecoder().decode(batch.lines)));
 * const reader = new ChromeTraceReader(sink);
 * reader.push(new TextEncoder().encode('{"ph":"X","name":"a","pid":1,"tid":1,"ts":5,"dur":2}'));
 * reader.finish();
 * sink.flush();
 * if (reader.result.accepted !== 1) throw new Error(reader.result.firstProblem);
 * ```
 */
export class ChromeTraceReader {
  readonly #writer: SpanLineWriter;
  readonly #maxHeldSpans: number;
  readonly #lanes = new Map<string, ChromeLane>();
  readonly #threadNames = new Map<string, string>();
  readonly #processes = new Map<string, { name: string; traceId: string }>();
  /** Open asynchronous spans, by what tells them apart. */
  readonly #async = new Map<string, ChromeSpan[]>();
  /** Spans that need no parent to be found. */
  #held: ChromeSpan[] = [];
  /** Spans and events of spans that came since the last were let go, and their bytes. */
  #heldCount = 0;
  #heldBytes = 0;
  /** Spans that have begun and not ended. */
  #openCount = 0;
  #spanCount = 0;
  #originNano = 0n;
  #hasFlushed = false;
  /** The span that was read last, if it is one of our own: its events follow it. */
  #own: { readonly span: ChromeSpan; readonly lane: string } | undefined;

  constructor(sink: SpanLineSink, options: ChromeTraceReaderOptions = {}) {
    this.#writer = new SpanLineWriter(sink);
    this.#maxHeldSpans = options.maxHeldSpans ?? 100_000;
  }

  /** What became of the events so far. */
  get result(): TranscodeResult {
    return this.#writer.result;
  }

  /**
   * Takes an event.
   *
   * @param json The object in JSON; not kept.
   * @throws {DecodeError} When it is none.
   */
  push(json: Uint8Array): void {
    const event = parseJsonBody(json);
    if (!isJsonRecord(event)) throw new DecodeError("Trace event is no object", 0);
    try {
      this.#take(event, json);
    } catch (error) {
      if (!(error instanceof RejectedSpanError)) throw error;
      this.#writer.reject(error.reason, error.message);
    }
    if (this.#heldCount < this.#maxHeldSpans && this.#heldBytes < MAX_HELD_BYTES) return;
    this.#flush();
    if (this.#openCount >= this.#maxHeldSpans) this.#abandon();
  }

  /**
   * Takes what a file says of itself in `otherData`: when its time began.
   *
   * @throws {DecodeError} When it is no object in JSON, or comes too late for spans that were let go.
   */
  pushOtherData(json: Uint8Array): void {
    const data = parseJsonBody(json);
    const text = isJsonRecord(data) ? textOf(data.time_origin) : "";
    const origin = parseTimestamp(text)?.unixNano;
    if (origin === undefined) return;
    if (this.#hasFlushed) {
      throw new DecodeError(`otherData.time_origin stands too far behind the events`, 0);
    }
    this.#originNano = origin;
  }

  /** Takes the end of the file: what is open is unfinished. */
  finish(): void {
    this.#own = undefined;
    this.#abandon();
  }

  /** Gives up what is open. */
  #abandon(): void {
    for (const lane of this.#lanes.values()) {
      for (const span of lane.open.splice(0)) lane.add(span);
    }
    for (const open of this.#async.values()) {
      for (const span of open) this.#held.push(span);
    }
    this.#async.clear();
    this.#openCount = 0;
    this.#flush();
  }

  #take(event: JsonRecord, json: Uint8Array): void {
    switch (event.ph) {
      case "X":
      case "B":
        return this.#begin(event, json);
      case "E":
        return this.#end(event, json);
      case "b":
      case "S":
        return this.#beginAsync(event, json);
      case "e":
      case "F":
        return this.#endAsync(event, json);
      case "n":
      case "T":
      case "p":
        return this.#instant(event, json, this.#async.get(asyncKey(event))?.at(-1));
      case "i":
      case "I":
      case "R":
        return this.#instant(event, json, this.#ownSpanOf(event));
      case "M":
        return this.#name(event);
    }
  }

  #begin(event: JsonRecord, json: Uint8Array): void {
    const span = this.#createSpan(event, json);
    const key = laneKey(event);
    if (event.ph === "X") {
      const duration = readChromeMicros(event, "dur", UTF8.decode(json));
      if (duration !== undefined) span.endNano = span.startNano + duration;
    }
    if (isOwnSpan(span.args)) {
      this.#own = { span, lane: key };
      this.#held.push(span);
    } else if (event.ph === "X") this.#lane(key).add(span);
    else {
      this.#lane(key).open.push(span);
      this.#openCount++;
    }
  }

  #end(event: JsonRecord, json: Uint8Array): void {
    this.#endSpan(event, json, this.#lane(laneKey(event)).open, (span) => {
      this.#lane(laneKey(event)).add(span);
    });
  }

  #beginAsync(event: JsonRecord, json: Uint8Array): void {
    const key = asyncKey(event);
    const open = this.#async.get(key);
    const span = this.#createSpan(event, json);
    span.parentId = open?.at(-1)?.id;
    if (open === undefined) this.#async.set(key, [span]);
    else open.push(span);
    this.#openCount++;
  }

  #endAsync(event: JsonRecord, json: Uint8Array): void {
    const key = asyncKey(event);
    const open = this.#async.get(key) ?? [];
    this.#endSpan(event, json, open, (span) => {
      this.#held.push(span);
    });
    if (open.length === 0) this.#async.delete(key);
  }

  /** Ends the innermost open span: of that name, if there is one; some writers do not nest theirs. */
  #endSpan(
    event: JsonRecord,
    json: Uint8Array,
    open: ChromeSpan[],
    onEnd: (span: ChromeSpan) => void,
  ): void {
    const named = open.findLastIndex(({ name }) => name === event.name);
    const index = named >= 0 && event.name !== undefined ? named : open.length - 1;
    if (index < 0) {
      throw new RejectedSpanError("orphan_end", "An event ends a span that did not begin");
    }
    const time = readTime(event, json);
    const [span] = open.splice(index, 1);
    this.#openCount--;
    span.endNano = time;
    if (isJsonRecord(event.args)) span.endArgs = event.args;
    onEnd(span);
  }

  #createSpan(event: JsonRecord, json: Uint8Array): ChromeSpan {
    const startNano = readTime(event, json);
    const number = ++this.#spanCount;
    this.#hold(json);
    const span: ChromeSpan = {
      name: textOf(event.name),
      category: textOf(event.cat),
      pid: idOf(event.pid),
      tid: idOf(event.tid),
      id: number.toString(16).padStart(16, "0"),
      startNano,
      args: isJsonRecord(event.args) ? event.args : NO_ARGS,
      instants: [],
    };
    const { traceId } = this.#process(span.pid);
    if (traceId === "") {
      // The same file always gives the same ids, and two files with one process number do not clash.
      const { high, low } = fnvHash(`${span.pid}\n${span.tid}\n${span.name}\n${startNano}`);
      this.#process(span.pid).traceId = formatHashId(high, low);
    }
    return span;
  }

  /** Attaches a moment to a span; to the one of its thread around it, if none is given. */
  #instant(event: JsonRecord, json: Uint8Array, span: ChromeSpan | undefined): void {
    const instant = {
      timeUnixNano: readTime(event, json),
      name: textOf(event.name),
      attributes: isJsonRecord(event.args) ? jsonAttributes(event.args) : createAttributes(),
    };
    this.#hold(json);
    if (span !== undefined) span.instants.push(instant);
    else this.#lanes.get(laneKey(event))?.addInstant(instant);
  }

  #hold(json: Uint8Array): void {
    this.#heldCount++;
    this.#heldBytes += json.length;
  }

  #ownSpanOf(event: JsonRecord): ChromeSpan | undefined {
    return this.#own?.lane === laneKey(event) ? this.#own.span : undefined;
  }

  #name(event: JsonRecord): void {
    const name = isJsonRecord(event.args) ? textOf(event.args.name) : "";
    if (event.name === "process_name") this.#process(idOf(event.pid)).name = name;
    else if (event.name === "thread_name") this.#threadNames.set(laneKey(event), name);
  }

  #process(pid: string): { name: string; traceId: string } {
    let process = this.#processes.get(pid);
    if (process === undefined) this.#processes.set(pid, process = { name: "", traceId: "" });
    return process;
  }

  #lane(key: string): ChromeLane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, lane = new ChromeLane());
    return lane;
  }

  #flush(): void {
    const held = this.#held;
    // Events of the last one may follow.
    const last = this.#own !== undefined && held.at(-1) === this.#own.span ? held.pop() : undefined;
    this.#held = last === undefined ? [] : [last];
    this.#heldCount = this.#heldBytes = 0;
    for (const span of held) this.#write(span);
    for (const [key, lane] of this.#lanes) {
      for (const span of lane.take()) this.#write(span);
      if (lane.isIdle) this.#lanes.delete(key);
    }
  }

  #write(span: ChromeSpan): void {
    this.#hasFlushed = true;
    const process = this.#process(span.pid);
    this.#writer.write(() =>
      isOwnSpan(span.args)
        ? ownSpan(checked(span), process.name, this.#originNano)
        : this.#foreignSpan(span, process)
    );
  }

  #foreignSpan(chrome: ChromeSpan, process: { name: string; traceId: string }): Span {
    const { startNano, endNano, parentId, pid, tid, category } = chrome;
    const attributes = jsonAttributes(chrome.args);
    if (chrome.endArgs !== undefined) Object.assign(attributes, jsonAttributes(chrome.endArgs));
    if (category !== "") attributes["chrome.category"] ??= category;
    if (tid !== "") attributes["thread.id"] ??= /^\d{1,15}$/.test(tid) ? BigInt(tid) : tid;
    const thread = this.#threadNames.get(`${pid}/${tid}`);
    if (thread !== undefined && thread !== "") attributes["thread.name"] ??= thread;
    const origin = this.#originNano;
    const service = process.name !== "" ? process.name : pid === "" ? "" : `process ${pid}`;
    return {
      traceId: process.traceId,
      spanId: chrome.id,
      ...(parentId !== undefined && { parentId }),
      name: chrome.name,
      kind: "internal",
      startTimeUnixNano: origin + startNano,
      ...(endNano !== undefined && { endTimeUnixNano: origin + endNano }),
      state: endNano === undefined ? "unfinished" : "ended",
      attributes,
      ...(service !== "" && { service }),
      ...(chrome.instants.length > 0 && {
        events: chrome.instants.map((each) => ({
          ...each,
          timeUnixNano: origin + each.timeUnixNano,
        })),
      }),
    };
  }
}

const MAX_HELD_BYTES = 64 * 1024 * 1024;
const NO_ARGS: JsonRecord = createAttributes();
const UTF8 = new TextDecoder();

function readTime(event: JsonRecord, json: Uint8Array): bigint {
  const time = readChromeMicros(event, "ts", UTF8.decode(json));
  if (time !== undefined) return time;
  throw new RejectedSpanError("invalid_time", "An event's ts is no number of microseconds");
}

/** Arguments are written as JSON again, which recurses. */
function checked(span: ChromeSpan): ChromeSpan {
  jsonAttributes(span.args);
  return span;
}
