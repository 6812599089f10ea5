import { assertEquals } from "@std/assert";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import type { SpanNode, Trace } from "../../src/model/trace.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";

/** Whether `b` stands to `a` as an operator says, by walking up from them. */
const RELATIONS: Record<string, (nodes: readonly SpanNode[], a: number, b: number) => boolean> = {
  ">>": (nodes, a, b) => ancestors(nodes, b).includes(a),
  ">": (nodes, a, b) => nodes[b].parent === a,
  "<<": (nodes, a, b) => ancestors(nodes, a).includes(b),
  "<": (nodes, a, b) => nodes[a].parent === b,
  "~": (nodes, a, b) =>
    a !== b && nodes[a].parent === nodes[b].parent &&
    (nodes[a].parent >= 0 ||
      nodes[a].isOrphan && nodes[b].isOrphan && nodes[a].span.parentId === nodes[b].span.parentId),
};

function ancestors(nodes: readonly SpanNode[], index: number): number[] {
  const found: number[] = [];
  for (let at = nodes[index].parent; at >= 0; at = nodes[at].parent) found.push(at);
  return found;
}

/** What a query of two sets should find, by comparing every pair. */
function expected({ nodes }: Trace, operator: string, names: [RegExp, RegExp]): number[] {
  const [left, right] = names.map((name) =>
    nodes.flatMap((node, i) => name.test(node.span.name) ? i : [])
  );
  const mode = /^[!&]/.exec(operator)?.[0];
  const isRelated = RELATIONS[mode === undefined ? operator : operator.slice(1)];
  const related = right.filter((b) => left.some((a) => isRelated(nodes, a, b)));
  if (mode === "!") return right.filter((b) => !related.includes(b));
  if (mode === undefined) return related;
  const partners = left.filter((a) => right.some((b) => isRelated(nodes, a, b)));
  return [...new Set([...related, ...partners])].sort((a, b) => a - b);
}

/** A tree, or several, with orphans and rings; names are the letters a to d. */
function randomSpans(random: () => number): Span[] {
  const count = 1 + Math.floor(random() * 30);
  return Array.from({ length: count }, (_, index) => {
    const roll = random();
    const parent = Math.floor(random() * (roll < 0.9 ? index : count));
    return makeSpan(`s${index}`, {
      parentId: roll < 0.1 ? undefined : roll < 0.25 ? `lost${parent % 3}` : `s${parent}`,
      name: "abcd"[Math.floor(random() * 4)],
      at: Math.floor(random() * 20),
      ms: 1,
      attrs: { n: BigInt(index) },
    });
  });
}

Deno.test("every structure operator finds what comparing all pairs finds, whichever side is dear", () => {
  const operators = Object.keys(RELATIONS).flatMap((each) => [each, `!${each}`, `&${each}`]);
  const sides: [string, RegExp][] = [
    ["{ name = a }", /a/],
    ['{ name =~ "b|c" }', /[bc]/],
    ["{ name = a || name = d }", /[ad]/],
    ["{ name = a && .n >= 0 }", /a/],
    ["({ name = c } || ({ } | { name = z } | count() > 0))", /c/],
    ["{ }", /./],
    ["{ name = z }", /z/],
  ];
  const queries = operators.flatMap((operator) =>
    sides.flatMap(([left, a]) =>
      sides.map(([right, b]) => ({
        operator,
        names: [a, b] as [RegExp, RegExp],
        query: compileQuery(`${left} ${operator} ${right}`),
      }))
    )
  );
  const random = createRandom(7);
  for (let round = 0; round < 40; round++) {
    const trace = buildTrace("t", randomSpans(random));
    for (const { operator, names, query } of queries) {
      assertEquals([...query.findSpans(trace)], expected(trace, operator, names), query.text);
    }
  }
});

Deno.test("chains of operators find what their parts find one after another", () => {
  const random = createRandom(11);
  const query = compileQuery(
    "{ name = a } >> { name = b } ~ { name = c } && { name = d } | count() > 2",
  );
  for (let round = 0; round < 300; round++) {
    const trace = buildTrace("t", randomSpans(random));
    const { nodes } = trace;
    const byName = (name: string): number[] =>
      nodes.flatMap(({ span }, i) => span.name === name ? i : []);
    const below = expected(trace, ">>", [/a/, /b/]);
    const beside = byName("c").filter((c) => below.some((b) => RELATIONS["~"](nodes, b, c)));
    const both = beside.length > 0 && byName("d").length > 0
      ? [...beside, ...byName("d")].sort((a, b) => a - b)
      : [];
    assertEquals([...query.findSpans(trace)], both.length > 2 ? both : []);
  }
});
