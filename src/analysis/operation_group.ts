import { isConnectionOperation } from "./_connection_span.ts";
import { DurationDistribution, type ValueBudget } from "./duration_distribution.ts";
import type { Operation, OperationCategory } from "./operation.ts";

/** What a group of spans has in common: an operation, a service, or the value of an attribute. */
export type GroupTable = OperationCategory | "service" | "by";

/** What stands for a group's name when there were too many groups. */
export const OTHER_GROUP = "(other)";

/** The figures of spans that belong together. */
export class OperationGroup implements Operation {
  /** What the group is one of. */
  readonly table: GroupTable;
  /** What its spans do; of groups by service or attribute this says nothing. */
  readonly category: OperationCategory;
  readonly service: string;
  readonly name: string;
  /** Whether what it does concerns connections, transactions or cursors, so that it is no repeated call. */
  readonly isConnection: boolean;
  /** Spans that ended: their number and their time. */
  readonly durations: DurationDistribution;
  /** How many of those failed. */
  errorCount = 0;
  /** Spans that have not ended yet. */
  runningCount = 0;
  /** Spans that never got an end. */
  unfinishedCount = 0;
  /** Spans whose end lies before their start, which are in no other figure. */
  clockSkewCount = 0;
  /** The time of the spans in which none of their children ran, of the traces analysed so far. */
  selfNano = 0;

  constructor(table: GroupTable, service: string, name: string, budget: ValueBudget) {
    this.table = table;
    this.category = table === "service" || table === "by" ? "function" : table;
    this.service = service;
    this.name = name;
    this.isConnection = isConnectionOperation(this);
    this.durations = new DurationDistribution({ budget });
  }

  /** Spans of any state. */
  get spanCount(): number {
    return this.durations.count + this.runningCount + this.unfinishedCount + this.clockSkewCount;
  }
}
