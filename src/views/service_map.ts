import type { ServiceEdge, ServiceNode } from "../analysis/service_graph.ts";

/** A service, or what it calls, at its place on the map. */
export interface ServiceMapNode {
  readonly node: ServiceNode;
  /** From 0 on: callers stand in lower layers than what they call, but for cycles. */
  readonly layer: number;
  /** The place in its layer, from 0 on. */
  readonly row: number;
  /** Calls that it takes, and how many of those failed. */
  readonly callCount: number;
  readonly errorCount: number;
}

/** What has to be known of an edge to draw it. */
export type MappableEdge = Pick<ServiceEdge, "caller" | "callee" | "callCount" | "errorCount">;

/** The calls of one by another on the map. */
export interface ServiceMapEdge<Edge extends MappableEdge = ServiceEdge> {
  /** As it was given. */
  readonly edge: Edge;
  /** Where the caller stands in {@linkcode ServiceMap.nodes}. */
  readonly from: number;
  readonly to: number;
  /** Whether it leads back into its own layer or a lower one: to itself, or around a cycle. */
  readonly isBack: boolean;
}

/** The services of a system in layers. */
export interface ServiceMap<Edge extends MappableEdge = ServiceEdge> {
  /** By layer, then by row. */
  readonly nodes: readonly ServiceMapNode[];
  readonly edges: readonly ServiceMapEdge<Edge>[];
  readonly layerCount: number;
  /** How many nodes the largest layer has. */
  readonly rowCount: number;
}

/**
 * Lays the calls between services out in layers. The same calls come out at the same places, whatever their
 * order; nodes of a layer stand in an order in which few edges cross.
 *
 * @param edges From `ServiceGraph.edges`.
 * @param services Names of services that are to be there even if nobody calls them and they call nobody.
 */
export function serviceMap<Edge extends MappableEdge>(
  edges: readonly Edge[],
  services: Iterable<string> = [],
): ServiceMap<Edge> {
  const graph = readGraph(edges, services);
  const layers = orderLayers(graph, assignLayers(graph));
  const places = new Int32Array(graph.nodes.length);
  const nodes: ServiceMapNode[] = [];
  const callCounts = new Float64Array(graph.nodes.length);
  const errorCounts = new Float64Array(graph.nodes.length);
  for (const { edge, to } of graph.edges) {
    callCounts[to] += edge.callCount;
    errorCounts[to] += edge.errorCount;
  }
  for (let layer = 0; layer < layers.length; layer++) {
    layers[layer].forEach((index, row) => {
      places[index] = nodes.length;
      nodes.push({
        node: graph.nodes[index],
        layer,
        row,
        callCount: callCounts[index],
        errorCount: errorCounts[index],
      });
    });
  }
  return {
    nodes,
    edges: graph.edges.map(({ edge, from, to }) => ({
      edge,
      from: places[from],
      to: places[to],
      isBack: nodes[places[to]].layer <= nodes[places[from]].layer,
    })),
    layerCount: layers.length,
    rowCount: layers.reduce((most, layer) => Math.max(most, layer.length), 0),
  };
}

interface Graph<Edge> {
  /** By name. */
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly {
    readonly edge: Edge;
    readonly from: number;
    readonly to: number;
  }[];
  /** By node: whom it calls, itself left out, ascending. */
  readonly callees: readonly number[][];
  readonly callers: readonly number[][];
}

function readGraph<Edge extends MappableEdge>(
  edges: readonly Edge[],
  services: Iterable<string>,
): Graph<Edge> {
  const byKey = new Map<string, ServiceNode>();
  const add = (node: ServiceNode): void => {
    byKey.set(keyOf(node), node);
  };
  for (const name of services) add({ type: "service", name });
  for (const { caller, callee } of edges) {
    add(caller);
    add(callee);
  }
  const keys = [...byKey.keys()].sort();
  const indexes = new Map(keys.map((key, index) => [key, index]));
  const found = edges.map((edge) => ({
    edge,
    from: indexes.get(keyOf(edge.caller))!,
    to: indexes.get(keyOf(edge.callee))!,
  })).sort((a, b) => a.from - b.from || a.to - b.to);
  const callees: number[][] = keys.map(() => []);
  const callers: number[][] = keys.map(() => []);
  for (const { from, to } of found) {
    if (from === to) continue;
    callees[from].push(to);
    callers[to].push(from);
  }
  return { nodes: keys.map((key) => byKey.get(key)!), edges: found, callees, callers };
}

function keyOf({ type, name }: ServiceNode): string {
  return `${name}\0${type}`;
}

/** The layer of each node: one more than the highest of its callers, cycles cut where a walk closes them. */
function assignLayers({ callees, callers }: Graph<unknown>): Int32Array {
  const count = callees.length;
  const layers = new Int32Array(count);
  // The order in which walks leave nodes, reversed, has each before those that it calls.
  const left: number[] = [];
  const state = new Uint8Array(count);
  const next = new Int32Array(count);
  const back = new Set<number>();
  const byCallers = Array.from(callees.keys()).sort((a, b) =>
    callers[a].length - callers[b].length || a - b
  );
  for (const start of byCallers) {
    if (state[start] !== UNSEEN) continue;
    const path = [start];
    state[start] = ON_PATH;
    while (path.length > 0) {
      const at = path[path.length - 1];
      if (next[at] === callees[at].length) {
        state[at] = LEFT;
        left.push(at);
        path.pop();
        continue;
      }
      const to = callees[at][next[at]++];
      if (state[to] === ON_PATH) back.add(at * count + to);
      if (state[to] !== UNSEEN) continue;
      state[to] = ON_PATH;
      path.push(to);
    }
  }
  for (const from of left.reverse()) {
    for (const to of callees[from]) {
      if (back.has(from * count + to)) continue;
      layers[to] = Math.max(layers[to], layers[from] + 1);
    }
  }
  return layers;
}

const UNSEEN = 0;
const ON_PATH = 1;
const LEFT = 2;

/** Brings the nodes of each layer into the order of the middles of those they are tied to, back and forth. */
function orderLayers({ callees, callers }: Graph<unknown>, layerOf: Int32Array): number[][] {
  let layers: number[][] = [];
  layerOf.forEach((layer, index) => (layers[layer] ??= []).push(index));
  // No layer is empty: each node but those of the first has a caller in the one before.
  const ties = callees.map((each, index) => [...each, ...callers[index]]);
  let best = layers;
  let bestCrossings = countCrossings(layers, ties, layerOf);
  for (let sweep = 0; sweep < MAX_SWEEPS && bestCrossings > 0; sweep++) {
    const isDown = sweep % 2 === 0;
    layers = layers.map((layer) => [...layer]);
    const rows = new Float64Array(layerOf.length);
    for (const layer of layers) layer.forEach((index, row) => rows[index] = row / layer.length);
    for (let at = 0; at < layers.length; at++) {
      const layer = isDown ? at : layers.length - 1 - at;
      const middles = new Map(layers[layer].map((index) => {
        const near = ties[index].filter((other) =>
          isDown ? layerOf[other] < layer : layerOf[other] > layer
        );
        const sum = near.reduce((sum, other) => sum + rows[other], 0);
        return [index, near.length === 0 ? rows[index] : sum / near.length];
      }));
      layers[layer].sort((a, b) => middles.get(a)! - middles.get(b)! || rows[a] - rows[b]);
      layers[layer].forEach((index, row) => rows[index] = row / layers[layer].length);
    }
    const crossings = countCrossings(layers, ties, layerOf);
    if (crossings >= bestCrossings) continue;
    best = layers;
    bestCrossings = crossings;
  }
  return best;
}

const MAX_SWEEPS = 8;

/** How many pairs of edges between neighbouring layers cross. */
function countCrossings(
  layers: readonly number[][],
  ties: readonly number[][],
  layerOf: Int32Array,
): number {
  const rows = new Int32Array(layerOf.length);
  for (const layer of layers) layer.forEach((index, row) => rows[index] = row);
  let crossings = 0;
  for (let layer = 0; layer + 1 < layers.length; layer++) {
    const width = layers[layer + 1].length;
    // How many edges so far end in a row, summed up in a Fenwick tree.
    const sums = new Int32Array(width + 1);
    let total = 0;
    for (const index of layers[layer]) {
      const ends = ties[index].filter((other) => layerOf[other] === layer + 1);
      for (const other of ends) {
        let upTo = 0;
        for (let at = rows[other] + 1; at > 0; at -= at & -at) upTo += sums[at];
        crossings += total - upTo;
      }
      for (const other of ends) {
        total++;
        for (let at = rows[other] + 1; at <= width; at += at & -at) sums[at]++;
      }
    }
  }
  return crossings;
}
