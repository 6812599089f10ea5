import { assert, assertEquals } from "@std/assert";
import { compareProfiles, type ProfileComparison } from "../../src/analysis/compare_profiles.ts";
import { TraceProfile } from "../../src/analysis/trace_profile.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { type ShopOptions, simulateShop } from "./_simulated_shop.ts";

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** What must not matter: heavy tails, cold starts, busy machines, runs of other lengths. */
const CONDITIONS: Readonly<Record<string, [Partial<ShopOptions>, Partial<ShopOptions>]>> = {
  "the same conditions": [{}, {}],
  "much noise": [{ noise: 0.6 }, { noise: 0.6 }],
  "heavy tails": [{ outliers: 0.15 }, { outliers: 0.15 }],
  "more outliers in one run": [{ outliers: 0.02 }, { outliers: 0.2 }],
  "a machine 12 % slower": [{}, { drift: 1.12 }],
  "a machine 40 % slower": [{}, { drift: 1.4 }],
  "a cold start in one run": [{}, { coldRequests: 8 }],
  "a busy second half": [{}, { hasBusyHalf: true }],
  "a shorter run": [{}, { requests: 12 }],
  "a short run with a cold start": [{ coldRequests: 5 }, { requests: 20, coldRequests: 5 }],
};

for (const [condition, [before, after]] of Object.entries(CONDITIONS)) {
  Deno.test(`two runs of one program under ${condition} do not differ`, () => {
    for (const seed of SEEDS) {
      const { findings } = compareProfiles(
        simulateShop({ endpoints: 20, ...before, seed }),
        simulateShop({ endpoints: 20, ...after, seed: seed + 1000 }),
      );
      assertEquals(findings.map(describe), [], `seed ${seed}`);
    }
  });
}

Deno.test("of 200 operations the one slower endpoint and the one loop of queries are found, and nothing else", () => {
  for (const seed of SEEDS) {
    const comparison = compareProfiles(
      simulateShop({ seed, requests: 80 }),
      simulateShop({ seed: seed + 500, requests: 80, ...SLOWER_AND_LOOP }),
    );
    assertEquals(comparison.operations.length >= 199, true);
    assertEquals(comparison.findings.map(describe), BOTH, `seed ${seed}`);
  }
});

Deno.test("they are found on a slower machine, under heavy tails, and in runs of other lengths", () => {
  for (const conditions of [{ drift: 1.12 }, { outliers: 0.1 }, { requests: 100 }]) {
    for (const seed of SEEDS) {
      const comparison = compareProfiles(
        simulateShop({ seed, endpoints: 12, requests: 150 }),
        simulateShop({
          seed: seed + 500,
          endpoints: 12,
          requests: 150,
          ...SLOWER_AND_LOOP,
          ...conditions,
        }),
      );
      assertEquals(
        comparison.findings.map(describe),
        BOTH,
        `${JSON.stringify(conditions)} ${seed}`,
      );
    }
  }
});

Deno.test("what got better is found, too, and named as such", () => {
  const comparison = compareProfiles(
    simulateShop({ seed: 2, requests: 80, ...SLOWER_AND_LOOP }),
    simulateShop({ seed: 1, requests: 80 }),
  );
  assertEquals(comparison.findings.map(describe), [
    "fewer_calls SELECT * FROM t5 WHERE id = ? under Service5.Do",
    "faster Service3.Do",
  ]);
});

Deno.test("a machine that is slower is said once", () => {
  const { common } = compareProfiles(
    simulateShop({ seed: 1 }),
    simulateShop({ seed: 2, drift: 1.3 }),
  );
  const [{ factor, category }] = common;
  assertEquals(category, undefined);
  assert(Math.abs(factor - 1.3) < 0.03, `${factor}`);
});

Deno.test("one endpoint that fails more often is one finding, at its origin", () => {
  for (const seed of SEEDS) {
    const comparison = compareProfiles(
      simulateShop({ seed, endpoints: 20, requests: 100, errors: () => 0.05 }),
      simulateShop({
        seed: seed + 500,
        endpoints: 20,
        requests: 100,
        errors: (endpoint) => endpoint === 4 ? 0.7 : 0.05,
      }),
    );
    assertEquals(comparison.findings.map(describe), ["more_errors GET /endpoint-ex"], `${seed}`);
  }
});

Deno.test("a new layer is new itself, and what is under it is compared as before", () => {
  const comparison = compareProfiles(
    simulateShop({ seed: 1, endpoints: 20 }),
    simulateShop({
      seed: 2,
      endpoints: 20,
      hasLayer: true,
      slow: (endpoint) => endpoint === 3 ? 1.5 : 1,
    }),
  );
  const kinds = new Set(
    comparison.findings.map(({ kind, operation }) => `${kind} ${operation.name}`),
  );
  assertEquals([...kinds], ["slower Service3.Do", "new Auth.Check"]);
});

Deno.test("a parent is not slower because its child is", () => {
  const comparison = compareProfiles(
    profileOf(20, () => [root(10), child("a", 1, 5, "root"), child("b", 2, 3, "a")]),
    profileOf(20, () => [root(14), child("a", 1, 9, "root"), child("b", 2, 7, "a")]),
  );
  assertEquals(comparison.findings.map(describe), ["slower b"]);
});

Deno.test("a loop whose steps have children is one finding, not one for each of them", () => {
  const loop = (count: number) => (): Span[] => [
    root(100),
    ...Array.from({ length: count }, (_, at) => [
      child("load", at, 0.9, "root", `l${at}`),
      child("query", at, 0.5, `l${at}`, `q${at}`),
    ]).flat(),
  ];
  const comparison = compareProfiles(profileOf(10, loop(1)), profileOf(10, loop(11)));
  assertEquals(comparison.findings.map(describe), ["more_calls load under GET /x"]);
  const [{ before, after }] = comparison.findings[0].places;
  assertEquals([before?.callsPerParent, after?.callsPerParent], [1, 11]);
});

Deno.test("one change in a function that several endpoints call is one finding with its places", () => {
  const calls = (count: number) => (at: number): Span[] => [
    { ...root(50), name: at % 2 === 0 ? "GET /a" : "GET /b" },
    child("load", 1, 40, "root", "load"),
    ...Array.from({ length: count }, (_, n) => child("query", n + 1, 0.5, "load", `q${n}`)),
  ];
  const [finding, ...others] =
    compareProfiles(profileOf(20, calls(1)), profileOf(20, calls(6))).findings;
  assertEquals(describe(finding), "more_calls query under load");
  assertEquals(finding.places.length, 2);
  assertEquals(others, []);
});

Deno.test("calls are compared for each trace of a kind, however many there are", () => {
  const request = (): Span[] => [root(10), child("query", 1, 1, "root")];
  const comparison = compareProfiles(profileOf(10, request), profileOf(300, request));
  assertEquals(comparison.findings, []);
  const query = comparison.operations.find(({ operation }) => operation.name === "query");
  assertEquals([query?.before?.count, query?.after?.count, query?.adjustedCount], [10, 300, 10]);
});

Deno.test("too few samples are said to be too few, and nothing is claimed", () => {
  const before = profileOf(3, () => [root(10), child("query", 1, 2, "root")]);
  const after = profileOf(3, () => [
    root(30),
    ...[1, 2, 3, 4].map((n) => child("query", n, 0.9, "root", `q${n}`)),
  ]);
  const comparison = compareProfiles(before, after);
  assertEquals(comparison.findings, []);
  assertEquals(comparison.unclear.map(describe), ["more_calls query under GET /x"]);
  assertEquals(comparison.unclearTimeCount, 2);
});

Deno.test("an endpoint that is seen once in many traces is not new, one that is common is", () => {
  const usual = (): Span[] => [root(10)];
  const rare = (at: number): Span[] => at === 0 ? [{ ...root(10), name: "GET /rare" }] : usual();
  const often = (at: number): Span[] =>
    at % 2 === 0 ? [{ ...root(10), name: "GET /new" }] : usual();
  assertEquals(compareProfiles(profileOf(200, usual), profileOf(200, rare)).findings, []);
  const { findings } = compareProfiles(profileOf(200, usual), profileOf(200, often));
  assertEquals(findings.map(describe), ["new GET /new"]);
  assertEquals(findings[0].isOnlyHere, true);
});

Deno.test("samples of one trace are not taken for independent ones", () => {
  const burst = (ms: number) => (): Span[] => [
    root(900),
    ...Array.from({ length: 300 }, (_, at) => child("step", at * 2.9, ms, "root", `s${at}`)),
  ];
  const comparison = compareProfiles(profileOf(2, burst(1)), profileOf(2, burst(2)));
  assertEquals(comparison.findings, []);
});

Deno.test("in one long trace, its spans are the samples", () => {
  const job = (ms: number) => (): Span[] => [
    root(6_000),
    ...Array.from(
      { length: 300 },
      (_, at) => child("step", at * 20, ms * (1 + at % 10 / 50), "root", `s${at}`),
    ),
  ];
  const { findings } = compareProfiles(profileOf(1, job(10)), profileOf(1, job(14)));
  assertEquals(findings.map(describe), ["slower step"]);
  assertEquals(findings[0].places[0].after?.sampleCount, 300);
  assertEquals(compareProfiles(profileOf(1, job(10)), profileOf(1, job(10.3))).findings, []);
});

Deno.test("only unfinished spans, orphans, rings and chains of 100,000 can be compared", () => {
  const odd: Span[][] = [
    [makeSpan("root", { state: "unfinished" }), makeSpan("c", { parentId: "root" })],
    [makeSpan("a", { parentId: "gone", ms: 5 }), makeSpan("b", { parentId: "gone", ms: 1 })],
    [makeSpan("a", { parentId: "b", ms: 5 }), makeSpan("b", { parentId: "a", ms: 1 })],
    [makeSpan("a", { parentId: "a", ms: -5 })],
    Array.from({ length: 100_000 }, (_, at) =>
      makeSpan(`s${at}`, {
        parentId: at === 0 ? undefined : `s${at - 1}`,
        name: `f${at % 3}`,
        at,
        ms: 200_000 - at,
      })),
  ];
  for (const spans of odd) {
    const profile = profileOf(1, () => spans);
    const { findings, operations } = compareProfiles(profile, profileOf(1, () => spans));
    assertEquals(findings, []);
    assertEquals(profile.unplacedSpans, 0);
    for (const { after } of operations) assert(Number.isFinite(after?.p95Nano));
  }
});

Deno.test("more places than there is room for are counted, not silently dropped", () => {
  const profile = new TraceProfile({ maxPlaces: 10 });
  const spans = Array.from(
    { length: 50 },
    (_, at) => makeSpan(`s${at}`, { parentId: at === 0 ? undefined : `s${at - 1}`, ms: 100 - at }),
  );
  profile.add(buildTrace("t", spans));
  assertEquals(profile.unplacedSpans, 40);
  assertEquals(profile.operations.length, 50);
});

const SLOWER_AND_LOOP: Partial<ShopOptions> = {
  slow: (endpoint) => endpoint === 3 ? 1.3 : 1,
  queries: (endpoint) => endpoint === 5 ? 11 : 1,
};
const BOTH = ["slower Service3.Do", "more_calls SELECT * FROM t5 WHERE id = ? under Service5.Do"];

function describe({ kind, operation, places }: ProfileComparison["findings"][number]): string {
  const parent = kind.endsWith("_calls") ? ` under ${places[0].path.at(-1)?.name}` : "";
  return `${kind} ${operation.name}${parent}`;
}

/** A profile of some traces that begin one second after another. */
function profileOf(count: number, spansOf: (at: number) => Span[]): TraceProfile {
  const profile = new TraceProfile();
  for (let at = 0; at < count; at++) {
    profile.add(buildTrace("t", spansOf(at)));
  }
  return profile;
}

function root(ms: number): Span {
  return makeSpan("root", { name: "GET /x", kind: "http", ms });
}

function child(name: string, at: number, ms: number, parentId: string, spanId = name): Span {
  return makeSpan(spanId, { name, parentId, at, ms });
}
