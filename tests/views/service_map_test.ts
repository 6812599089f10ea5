import { assert, assertEquals } from "@std/assert";
import { type MappableEdge, type ServiceMap, serviceMap } from "../../src/views/service_map.ts";

function calls(...pairs: readonly string[]): MappableEdge[] {
  return pairs.map((pair) => {
    const [caller, callee] = pair.split(">");
    return {
      caller: { type: "service", name: caller },
      callee: callee.startsWith("#")
        ? { type: "database", name: callee.slice(1) }
        : { type: "service", name: callee },
      callCount: 2,
      errorCount: 1,
    };
  });
}

function layersOf(map: ServiceMap<MappableEdge>): string[] {
  const layers: string[][] = Array.from({ length: map.layerCount }, () => []);
  for (const { node, layer, row } of map.nodes) layers[layer][row] = node.name;
  return layers.map((names) => names.join(" "));
}

Deno.test("callers stand before what they call, the same whatever the order", () => {
  const edges = calls("web>shop", "shop>#pg", "shop>mail", "web>#redis", "mail>#pg");
  const map = serviceMap(edges);
  assertEquals(layersOf(map), ["web", "redis shop", "mail", "pg"]);
  assertEquals(layersOf(serviceMap(edges.toReversed())), layersOf(map));
  const pg = map.nodes.find(({ node }) => node.name === "pg");
  assertEquals([pg?.callCount, pg?.errorCount], [4, 2]);
});

Deno.test("cycles and calls of itself lead back, and end", () => {
  const map = serviceMap(calls("a>b", "b>c", "c>a", "b>b"));
  assertEquals(layersOf(map), ["a", "b", "c"]);
  const back = map.edges.filter(({ isBack }) => isBack).map(({ from, to }) =>
    map.nodes[from].node.name + map.nodes[to].node.name
  );
  assertEquals(back, ["bb", "ca"]);
});

Deno.test("edges cross as little as they have to", () => {
  const map = serviceMap(calls("a>z", "b>y", "c>x"));
  assertEquals(layersOf(map), ["a b c", "z y x"]);
});

Deno.test("services without calls are there, and a database of a service's name is another node", () => {
  const map = serviceMap(calls("shop>#shop"), ["lonely", "shop"]);
  assertEquals(map.nodes.length, 3);
  assertEquals(serviceMap([]).nodes, []);
});

Deno.test("10,000 calls in a chain and among 100 services are laid out", () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => `s${i}>s${i + 1}`);
  assertEquals(serviceMap(calls(...chain)).layerCount, 10_001);
  const dense = Array.from({ length: 10_000 }, (_, i) => `s${i % 100}>s${Math.floor(i / 100)}`);
  assert(serviceMap(calls(...dense)).nodes.length === 100);
});
