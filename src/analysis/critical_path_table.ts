import type { Trace } from "../model/trace.ts";
import { GroupIndex } from "./_group_index.ts";
import { OperationNamer } from "./_operation_namer.ts";
import { criticalPath } from "./critical_path.ts";
import { describeSource, type Operation } from "./operation.ts";
import type { OperationGroup } from "./operation_group.ts";
import { spanService } from "../model/span_service.ts";

/** What an operation has to do with how long traces take. */
export interface CriticalOperation {
  readonly operation: Operation;
  /** In how many traces it is on the critical path. */
  readonly traceCount: number;
  /** How long it is on the path itself, in nanoseconds, over all traces. */
  readonly pathNano: number;
  /** The same as a share of all paths, from 0 to 1. */
  readonly share: number;
}

/** The bounds of a {@linkcode CriticalPathTable}. */
export interface CriticalPathTableOptions {
  /** How many operations of a category are told apart; further ones are `(other)`. @default 10,000 */
  readonly maxOperations?: number;
}

/** Which operations the roots of traces waited for, see `criticalPath`, over any number of traces. */
export class CriticalPathTable {
  /** Traces that were added. */
  traceCount = 0;
  /** How long all their paths are together, in nanoseconds. */
  totalNano = 0;
  readonly #namer: OperationNamer;
  readonly #sums = new Map<OperationGroup, { traceCount: number; pathNano: number }>();

  constructor(options: CriticalPathTableOptions = {}) {
    const budget = { maxValues: 0, usedValues: 0 };
    this.#namer = new OperationNamer(
      new GroupIndex(Math.max(1, options.maxOperations ?? 10_000), budget),
      undefined,
    );
  }

  /** The one that is longest on the path first. */
  get operations(): CriticalOperation[] {
    return Array.from(this.#sums, ([operation, { traceCount, pathNano }]) => ({
      operation,
      traceCount,
      pathNano,
      share: this.totalNano === 0 ? 0 : pathNano / this.totalNano,
    })).sort((a, b) => b.pathNano - a.pathNano);
  }

  /** Adds the critical path of a trace. */
  add(trace: Trace): void {
    this.traceCount++;
    const inTrace = new Map<OperationGroup, number>();
    for (const { index, fromNano, toNano } of criticalPath(trace)) {
      const { span } = trace.nodes[index];
      const group = this.#namer.group(describeSource(span), spanService(span) ?? "");
      inTrace.set(group, (inTrace.get(group) ?? 0) + toNano - fromNano);
    }
    for (const [group, nano] of inTrace) {
      const known = this.#sums.get(group);
      if (known === undefined) {
        this.#sums.set(group, { traceCount: 1, pathNano: nano });
      } else {
        known.traceCount++;
        known.pathNano += nano;
      }
      this.totalNano += nano;
    }
  }
}
