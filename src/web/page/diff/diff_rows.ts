import type {
  Finding,
  FindingKind,
  FindingPlace,
  PlaceFigures,
} from "../../../analysis/finding.ts";
import type { Operation } from "../../../analysis/operation.ts";
import type { ApiRows } from "../../api.ts";

/** An operation in both traces, as `trace diff --json` prints it. */
export interface DiffOperation {
  readonly operation: Operation;
  /** Absent where it was not there. */
  readonly before?: DiffFigures;
  readonly after?: DiffFigures;
}

/** The figures of an operation in one of them; times are absent when none has ended. */
export interface DiffFigures {
  readonly count: number;
  readonly errors: number;
  readonly avg_ns?: number;
  readonly p50_ns?: number;
  readonly p95_ns?: number;
  readonly total_ns?: number;
}

/** A row of the table: what {@linkcode DiffOperation} has, in fields that can be sorted by. */
export interface DiffRow {
  readonly operation: Operation;
  readonly category: string;
  readonly service: string;
  readonly name: string;
  readonly callsA: number;
  readonly callsB: number;
  readonly errorsA: number;
  readonly errorsB: number;
  readonly totalA: number;
  readonly totalB: number;
  /** How much more all calls take together, in nanoseconds. */
  readonly change: number;
  /** The same as a number without its sign. */
  readonly distance: number;
}

/** What two traces differ in. */
export interface DiffTables {
  readonly findings: readonly Finding[];
  /** Differences that so few samples do not prove. */
  readonly unclear: readonly Finding[];
  readonly rows: readonly DiffRow[];
  readonly spansA: number;
  readonly spansB: number;
}

/** Sorts what the server sent into tables. */
export function readDiffTables({ rows }: ApiRows): DiffTables {
  const of = <Row>(type: string): readonly Row[] =>
    rows.filter((row) => row["type"] === type) as unknown as readonly Row[];
  return {
    findings: of<FindingRow>("finding").map(readFinding),
    unclear: of<FindingRow>("unclear").map(readFinding),
    rows: of<DiffOperation>("operation").map(readRow),
    spansA: of<{ spans: number }>("before")[0]?.spans ?? 0,
    spansB: of<{ spans: number }>("after")[0]?.spans ?? 0,
  };
}

interface FindingRow {
  readonly kind: FindingKind;
  readonly operation: Operation;
  readonly is_only_here: boolean;
  readonly operations_below: number;
  readonly places: readonly PlaceRow[];
}

interface PlaceRow {
  readonly path: readonly Operation[];
  readonly before?: PlaceFiguresRow;
  readonly after?: PlaceFiguresRow;
  readonly probability: number;
}

interface PlaceFiguresRow {
  readonly samples: number;
  readonly self_p50_ns: number;
  readonly calls_per_parent: number;
  readonly own_error_rate: number;
}

function readFinding(row: FindingRow): Finding {
  return {
    kind: row.kind,
    operation: row.operation,
    isOnlyHere: row.is_only_here,
    operationsBelow: row.operations_below,
    places: row.places.map(({ path, before, after, probability }): FindingPlace => ({
      path,
      before: before && readPlaceFigures(before),
      after: after && readPlaceFigures(after),
      probability,
    })),
  };
}

function readPlaceFigures(row: PlaceFiguresRow): PlaceFigures {
  return {
    sampleCount: row.samples,
    selfNano: row.self_p50_ns,
    callsPerParent: row.calls_per_parent,
    errorRate: row.own_error_rate,
  };
}

function readRow({ operation, before, after }: DiffOperation): DiffRow {
  const totalA = before?.total_ns ?? 0;
  const totalB = after?.total_ns ?? 0;
  return {
    operation,
    category: operation.category,
    service: operation.service,
    name: operation.name,
    callsA: before?.count ?? 0,
    callsB: after?.count ?? 0,
    errorsA: before?.errors ?? 0,
    errorsB: after?.errors ?? 0,
    totalA,
    totalB,
    change: totalB - totalA,
    distance: Math.abs(totalB - totalA),
  };
}
