import type { Carrier } from "./carrier.ts";
import type { TraceContext } from "./trace_context.ts";

/**
 * Writes a context into the headers of a call and reads it from them, in one format. Neither throws:
 * what a format cannot carry it leaves out, and headers that are wrong are as good as none.
 */
export interface Propagator {
  /** The headers that it writes, in lower case, without those whose names vary, as of Jaeger's baggage. */
  readonly fields: readonly string[];
  /** The propagators it consists of; see `composite`. */
  readonly parts?: readonly Propagator[];
  /**
   * Writes a context.
   *
   * @param context A span, or what `extract` gave.
   * @param carrier Gets the headers; those it has are replaced.
   */
  inject(context: TraceContext, carrier: Carrier): void;
  /**
   * Reads a context.
   *
   * @returns The context; `undefined` when the headers carry none, or a wrong one.
   */
  extract(carrier: Carrier): TraceContext | undefined;
}
