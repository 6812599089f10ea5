import type { ServiceNode, ServiceNodeType } from "../../../analysis/service_graph.ts";
import { type MappableEdge, type ServiceMap, serviceMap } from "../../../views/service_map.ts";
import type { ApiRows } from "../../api.ts";

/** All calls of one by another, as `trace stats --table graph --json` prints them. */
export interface ServiceRow {
  readonly caller: string;
  readonly callee: string;
  readonly callee_type: ServiceNodeType;
  readonly calls: number;
  readonly errors: number;
  /** Absent when none has ended. */
  readonly p50_ns?: number;
  readonly p95_ns?: number;
  readonly p99_ns?: number;
}

/** Takes the calls out of what the server sent. */
export function readServiceRows({ rows }: ApiRows): readonly ServiceRow[] {
  return rows.filter(({ table }) => table === "graph") as unknown as readonly ServiceRow[];
}

/** Lays the services out. */
export function mapServices(rows: readonly ServiceRow[]): ServiceMap<MappableEdge> {
  return serviceMap(rows.map(({ caller, callee, callee_type, calls, errors }): MappableEdge => ({
    caller: { type: "service", name: caller },
    callee: { type: callee_type, name: callee },
    callCount: calls,
    errorCount: errors,
  })));
}

/** What tells a node from others. */
export function nodeKey({ type, name }: ServiceNode): string {
  return `${type} ${name}`;
}

/** A node in a word. */
export function nodeText({ type, name }: ServiceNode): string {
  return name === "" ? `(unknown ${type})` : name;
}
