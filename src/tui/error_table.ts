import { type Operation, operationOf } from "../analysis/operation.ts";
import { ownText } from "../model/own_text.ts";
import { isErrorSpan } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { errorMessage } from "../views/span_facts.ts";

/** What failed, and in which words. */
export interface ErrorStats {
  readonly operation: Operation;
  /** At most 512 characters of what the program said. */
  readonly message: string;
  /** Spans. */
  count: number;
  /** Traces with such a span. */
  traceCount: number;
  /** The first trace it was found in. */
  readonly traceId: string;
  /** The span in that trace. */
  readonly spanId: string;
}

const MAX_MESSAGE_LENGTH = 512;

/** The errors of many traces by operation and message, bounded in number. */
export class ErrorTable {
  /** Spans that failed in ways that had no room. */
  otherCount = 0;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, ErrorStats>();

  /** @param maxEntries How many are told apart. */
  constructor(maxEntries = 1_000) {
    this.#maxEntries = maxEntries;
  }

  /** The most frequent one first. */
  get entries(): ErrorStats[] {
    return [...this.#entries.values()].sort((a, b) => b.count - a.count);
  }

  /**
   * Adds the spans of a trace that failed.
   *
   * @param counted Which of its spans count, by their indexes. @default all
   */
  add(trace: Trace, counted?: Iterable<number>): void {
    if (trace.errorCount === 0) return;
    const inTrace = new Set<ErrorStats>();
    for (const index of counted ?? trace.nodes.keys()) {
      const { span } = trace.nodes[index];
      if (!isErrorSpan(span)) continue;
      const operation = operationOf(span);
      const message = errorMessage(span).slice(0, MAX_MESSAGE_LENGTH);
      const key = [operation.category, operation.service, operation.name, message].join("\0");
      let entry = this.#entries.get(key);
      if (entry === undefined) {
        if (this.#entries.size >= this.#maxEntries) {
          this.otherCount++;
          continue;
        }
        const { category, service, name } = operation;
        entry = {
          operation: { category, service: ownText(service), name: ownText(name) },
          message: ownText(message),
          count: 0,
          traceCount: 0,
          traceId: ownText(span.traceId),
          spanId: ownText(span.spanId),
        };
        this.#entries.set(ownText(key), entry);
      }
      entry.count++;
      if (!inTrace.has(entry)) entry.traceCount++;
      inTrace.add(entry);
    }
  }
}
