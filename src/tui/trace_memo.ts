import type { CriticalSegment } from "../analysis/critical_path.ts";
import { type CriticalOperation, CriticalPathTable } from "../analysis/critical_path_table.ts";
import { findRepeatedCalls, type RepeatedCall } from "../analysis/repeated_calls.ts";
import { isErrorSpan } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { compileQuery, type SpanQuery } from "../query/compile_query.ts";
import { findSpans, textTest } from "../views/find_spans.ts";
import { FlameGraph } from "../views/flame_graph.ts";
import type { Folds } from "../views/folds.ts";
import { TraceTimes } from "../views/trace_times.ts";
import { VisibleRows } from "./visible_rows.ts";

/** The critical path by span. */
export interface PathIndex {
  /** By the index of a span: 1 when it is on the path. */
  readonly isOnPath: Uint8Array;
  /** The stretches in which the span at an index kept the trace from ending. */
  segmentsOf(index: number): readonly CriticalSegment[];
}

/**
 * What the trace page has computed of a tree, so that a frame costs what the screen shows and not what the
 * trace holds. It changes nothing but the time that things take; pages that follow one another share it.
 */
export class TraceMemo {
  #trace: Trace | undefined;
  #rows: VisibleRows | undefined;
  #isRowsCritical = false;
  #path: PathIndex | undefined;
  #errors: Int32Array | undefined;
  #flame: FlameGraph | undefined;
  #repeats: RepeatedCall[] | undefined;
  #pathOperations: CriticalOperation[] | undefined;
  #search = "";
  #found: Int32Array | undefined;
  #query = "";
  #queried: Int32Array | undefined;
  #lastIndex: number | undefined;

  rows(trace: Trace, folds: Folds, isCritical: boolean): VisibleRows {
    this.#use(trace);
    const known = this.#rows;
    if (known?.folds === folds && this.#isRowsCritical === isCritical) return known;
    this.#isRowsCritical = isCritical;
    const kept = isCritical ? this.path(trace).isOnPath : undefined;
    return this.#rows = new VisibleRows(trace, folds, kept);
  }

  path(trace: Trace): PathIndex {
    this.#use(trace);
    return this.#path ??= indexPath(trace);
  }

  /** Spans that failed, by their indexes. */
  errors(trace: Trace): Int32Array {
    this.#use(trace);
    return this.#errors ??= findSpans(trace, isErrorSpan);
  }

  flame(trace: Trace): FlameGraph {
    this.#use(trace);
    return this.#flame ??= new FlameGraph(trace);
  }

  /** What one span called many times, the one that took longest first. */
  repeats(trace: Trace): readonly RepeatedCall[] {
    this.#use(trace);
    return this.#repeats ??= findRepeatedCalls(trace).sort((a, b) => b.totalNano - a.totalNano);
  }

  /** What the root waited for, by operation. */
  pathOperations(trace: Trace): readonly CriticalOperation[] {
    this.#use(trace);
    if (this.#pathOperations !== undefined) return this.#pathOperations;
    const table = new CriticalPathTable();
    table.add(trace);
    return this.#pathOperations = table.operations;
  }

  /**
   * Spans that a search finds, by their indexes: those with a text, or what a query in braces finds.
   *
   * @throws {QueryError} When what begins with a brace is no query.
   */
  found(trace: Trace, search: string): Int32Array {
    this.#use(trace);
    if (this.#found !== undefined && this.#search === search) return this.#found;
    const found = findSpans(
      trace,
      search.startsWith("{") ? compileQuery(search) : textTest(search),
    );
    this.#search = search;
    return this.#found = found;
  }

  /** Spans that a query finds, by their indexes. */
  foundBy(trace: Trace, query: SpanQuery): Int32Array {
    this.#use(trace);
    if (this.#queried !== undefined && this.#query === query.text) return this.#queried;
    this.#query = query.text;
    return this.#queried = findSpans(trace, query);
  }

  /**
   * Where a span stands; `undefined` when the trace has none of that id.
   *
   * @param hint Where it stood when the trace was smaller.
   */
  indexOf(trace: Trace, spanId: string, hint = 0): number | undefined {
    if (trace.nodes[hint]?.span.spanId === spanId) return hint;
    this.#use(trace);
    if (this.#lastIndex !== undefined && trace.nodes[this.#lastIndex].span.spanId === spanId) {
      return this.#lastIndex;
    }
    const index = trace.nodes.findIndex(({ span }) => span.spanId === spanId);
    return index < 0 ? undefined : this.#lastIndex = index;
  }

  #use(trace: Trace): void {
    if (this.#trace === trace) return;
    this.#trace = trace;
    this.#rows =
      this.#path =
      this.#errors =
      this.#flame =
      this.#repeats =
        undefined;
    this.#pathOperations =
      this.#found =
      this.#queried =
      this.#lastIndex =
        undefined;
  }
}

function indexPath(trace: Trace): PathIndex {
  const { nodes, runningCount } = trace;
  // What a trace waits for is known when it has ended.
  const segments = runningCount > 0 ? [] : TraceTimes.of(trace).criticalPath;
  const isOnPath = new Uint8Array(nodes.length);
  const byIndex = new Map<number, CriticalSegment[]>();
  for (const segment of segments) {
    const known = byIndex.get(segment.index);
    if (known === undefined) byIndex.set(segment.index, [segment]);
    else known.push(segment);
    // The spans above it were waiting, too, even if they did nothing themselves.
    for (let at = segment.index; at >= 0 && isOnPath[at] === 0; at = nodes[at].parent) {
      isOnPath[at] = 1;
    }
  }
  return { isOnPath, segmentsOf: (index) => byIndex.get(index) ?? [] };
}
