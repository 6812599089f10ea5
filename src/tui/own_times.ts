import { type Operation, OPERATION_CATEGORIES } from "../analysis/operation.ts";
import { StatsCollector } from "../analysis/stats_collector.ts";
import type { Trace } from "../model/trace.ts";

/** How long the spans of each operation of a trace took themselves, their children's time left out. */
export class OwnTimes {
  readonly #nanos = new Map<string, number>();

  constructor(trace: Trace) {
    const collector = new StatsCollector();
    collector.addTrace(trace);
    for (const group of OPERATION_CATEGORIES.flatMap((table) => collector.groups(table))) {
      this.#nanos.set(keyOf(group), group.selfNano);
    }
  }

  /** In nanoseconds; `undefined` when the trace has no span of the operation. */
  of(operation: Operation): number | undefined {
    return this.#nanos.get(keyOf(operation));
  }
}

function keyOf({ category, service, name }: Operation): string {
  return `${category}\0${service}\0${name}`;
}
