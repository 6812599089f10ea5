import { isErrorSpan, type Span } from "../model/span.ts";
import type { SpanNode, Trace } from "../model/trace.ts";
import { DurationDistribution, type ValueBudget } from "./duration_distribution.ts";
import { describeSource, type OperationCategory } from "./operation.ts";
import { spanService } from "../model/span_service.ts";

/** What stands at an end of a call. */
export type ServiceNodeType = "service" | "database" | "queue" | "external";

/** A service, or what services call that sends no spans itself. */
export interface ServiceNode {
  readonly type: ServiceNodeType;
  /** The service's name, the database's system and name, or the host; empty when it is not known. */
  readonly name: string;
}

/** All calls of one by another. */
export interface ServiceEdge {
  /** Who calls: always a service. */
  readonly caller: ServiceNode;
  readonly callee: ServiceNode;
  callCount: number;
  errorCount: number;
  /** Of calls that ended: as long as the caller waited, or the callee worked where nobody waits. */
  readonly durations: DurationDistribution;
}

/** The bounds of a {@linkcode ServiceGraph}. */
export interface ServiceGraphOptions {
  /** How many edges are told apart; calls over others count as `otherCallCount`. @default 10,000 */
  readonly maxEdges?: number;
}

/**
 * Who calls whom, over any number of traces:
 *
 * - A span of one service under a span of another is a call, and so is a server's span under a client's,
 *   whatever their services; a consumer's under a producer's is one through a queue.
 * - A client's span that has nobody below it is a call of a database, a queue, or a host outside.
 *
 * @example
 * ```ts
 * import { buildTrace } from "../assemble/build_trace.ts";
 * import { createAttributes } from "../model/attributes.ts";
 * import type { Span } from "../model/span.ts";
 * import { ServiceGraph } from "./service_graph.ts";
 *
 * const call: Span = {
 *   traceId: "t",
 *   spanId: "a",
 *   name: "GET",
 *   kind: "client",
 *   service: "shop",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 9n,
 *   state: "ended",
 *   attributes: createAttributes(),
 * };
 * const graph = new ServiceGraph();
 * graph.add(buildTrace("t", [
 *   call,
 *   { ...call, spanId: "b", parentId: "a", kind: "server", service: "users" },
 * ]));
 * const [{ caller, callee, callCount }] = graph.edges;
 * if (`${caller.name} ${callee.name} ${callCount}` !== "shop users 1") throw new Error("wrong");
 * ```
 */
export class ServiceGraph {
  /** Calls over edges that had no room. */
  otherCallCount = 0;
  readonly #maxEdges: number;
  readonly #edges = new Map<string, ServiceEdge>();
  readonly #budget: ValueBudget = { maxValues: MAX_EXACT_DURATIONS, usedValues: 0 };

  constructor(options: ServiceGraphOptions = {}) {
    this.#maxEdges = Math.max(1, options.maxEdges ?? 10_000);
  }

  /** The one with the most calls first. */
  get edges(): ServiceEdge[] {
    return [...this.#edges.values()].sort((a, b) => b.callCount - a.callCount);
  }

  /** Adds the calls of a trace. */
  add(trace: Trace): void {
    const { nodes } = trace;
    const sources = nodes.map(({ span }) => describeSource(span));
    const isAnswered = new Uint8Array(nodes.length);
    for (let index = 0; index < nodes.length; index++) {
      const { parent, span } = nodes[index];
      if (parent < 0) continue;
      const above = nodes[parent].span;
      const isPair = isAsking(sources[parent].category, above) &&
        isServing(sources[index].category, span);
      if (!isPair && spanService(above) === spanService(span)) continue;
      // A client that asks two servers waits for both, and is one call for each of them.
      isAnswered[parent] = 1;
      const isAwaited = isPair && above.kind !== "producer";
      this.#count(
        { type: "service", name: spanService(above) ?? "" },
        { type: "service", name: spanService(span) ?? "" },
        isAwaited ? above : span,
        isErrorSpan(span) || (isAwaited && isErrorSpan(above)),
      );
    }
    for (let index = 0; index < nodes.length; index++) {
      const { span } = nodes[index];
      const { category } = sources[index];
      if (isAnswered[index] === 1 || !isAsking(category, span)) continue;
      if (hasSameBelow(nodes, index, sources[index].category, sources)) continue;
      this.#count(
        { type: "service", name: spanService(span) ?? "" },
        calledNode(category, span),
        span,
        isErrorSpan(span),
      );
    }
  }

  #count(caller: ServiceNode, callee: ServiceNode, span: Span, isError: boolean): void {
    const key = `${caller.name}\0${callee.type}\0${callee.name}`;
    let edge = this.#edges.get(key);
    if (edge === undefined) {
      if (this.#edges.size >= this.#maxEdges) {
        this.otherCallCount++;
        return;
      }
      const durations = new DurationDistribution({ budget: this.#budget });
      edge = { caller, callee, callCount: 0, errorCount: 0, durations };
      this.#edges.set(key, edge);
    }
    edge.callCount++;
    if (isError) edge.errorCount++;
    if (span.endTimeUnixNano === undefined) return;
    const nano = span.endTimeUnixNano - span.startTimeUnixNano;
    if (nano >= 0n) edge.durations.add(Number(nano));
  }
}

const MAX_EXACT_DURATIONS = 4_194_304;

const ASKING: ReadonlySet<OperationCategory> = new Set<OperationCategory>([
  "sql",
  "database",
  "http",
  "rpc",
  "cache",
]);

/** Whether a span asks somebody else for something. */
function isAsking(category: OperationCategory, { kind }: Span): boolean {
  if (kind === "client" || kind === "producer") return true;
  return kind !== "server" && kind !== "consumer" && ASKING.has(category);
}

/** Whether a span does what somebody else asked for. */
function isServing(category: OperationCategory, { kind }: Span): boolean {
  return kind === "server" || kind === "consumer" || category === "endpoint";
}

/** Whether the work is told once more below: a database library's span around that of its driver. */
function hasSameBelow(
  nodes: readonly SpanNode[],
  index: number,
  category: OperationCategory,
  sources: readonly { readonly category: OperationCategory }[],
): boolean {
  const end = index + nodes[index].subtreeSize;
  for (let at = index + 1; at < end; at += nodes[at].subtreeSize) {
    if (sources[at].category === category && isAsking(category, nodes[at].span)) return true;
  }
  return false;
}

/** What a span that nobody answers has called. */
function calledNode(category: OperationCategory, { attributes }: Span): ServiceNode {
  const text = (...keys: readonly string[]): string | undefined => {
    const value = keys.map((key) => attributes[key]).find((each) =>
      typeof each === "string" && each !== ""
    );
    return value as string | undefined;
  };
  if (category === "sql" || category === "database" || category === "cache") {
    const parts = [text("db.system.name", "db.system"), text("db.namespace", "db.name")];
    return { type: "database", name: parts.filter((part) => part !== undefined).join(" ") };
  }
  if (category === "messaging") {
    const parts = [
      text("messaging.system"),
      text("messaging.destination.name", "messaging.destination"),
    ];
    return { type: "queue", name: parts.filter((part) => part !== undefined).join(" ") };
  }
  const url = text("url.full", "http.url", "url");
  const host = text("peer.service", "server.address", "net.peer.name", "http.host") ??
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]*|\[[^\]]*\])/i.exec(url ?? "")?.[1] ??
    text("rpc.service");
  return { type: "external", name: host ?? "" };
}
