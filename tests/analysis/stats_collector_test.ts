import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { OTHER_GROUP } from "../../src/analysis/operation_group.ts";
import { StatsCollector, type StatsCollectorOptions } from "../../src/analysis/stats_collector.ts";
import { sortStatsRows, type StatsRow, statsRows } from "../../src/analysis/stats_row.ts";
import type { GroupTable } from "../../src/analysis/operation_group.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { durationNano, isErrorSpan, type Span } from "../../src/model/span.ts";
import { createRandom, makeSpan, shuffle } from "../assemble/_make_span.ts";
import { generateSpans } from "../testing/generated_spans.ts";

function collect(spans: Iterable<Span>, options: StatsCollectorOptions = {}): StatsCollector {
  const collector = new StatsCollector(options);
  for (const span of spans) collector.add(span);
  collector.finish();
  return collector;
}

function rows(collector: StatsCollector, table: GroupTable): StatsRow[] {
  const { startTimeUnixNano: start = 0n, endTimeUnixNano: end = 0n } = collector.summary;
  return statsRows(collector.groups(table), Number(end - start) / 1e9);
}

/** A request with two statements that overlap, one of which fails; times in milliseconds. */
const REQUEST = [
  makeSpan("a", { kind: "http", name: "GET /users/1", at: 0, ms: 100 }),
  makeSpan("b", { parentId: "a", name: "load", at: 10, ms: 80 }),
  makeSpan("c", { parentId: "b", kind: "sql", at: 20, ms: 30, attrs: { query: "SELECT 1" } }),
  makeSpan("d", {
    parentId: "b",
    kind: "sql",
    at: 40,
    ms: 20,
    attrs: { query: "SELECT 2", error: "deadlock" },
  }),
];

Deno.test("figures are those worked out by hand", () => {
  const other = makeSpan("a", {
    traceId: "u",
    kind: "http",
    name: "GET /users/2",
    at: 0,
    ms: 2000,
  });
  const collector = collect([...REQUEST, other]);
  const [endpoint, ...more] = rows(collector, "endpoint");
  assertEquals(more, []);
  assertEquals(endpoint, {
    table: "endpoint",
    service: "",
    name: "GET /users/{id}",
    count: 2,
    errorCount: 0,
    ratePerSecond: 1,
    totalNano: 2100e6,
    averageNano: 1050e6,
    minNano: 100e6,
    p50Nano: 100e6,
    p95Nano: 2000e6,
    p99Nano: 2000e6,
    maxNano: 2000e6,
    selfNano: 2020e6,
    isExact: true,
    runningCount: 0,
    unfinishedCount: 0,
    clockSkewCount: 0,
  });
  const [sql] = rows(collector, "sql");
  assertEquals([sql.name, sql.count, sql.errorCount, sql.totalNano, sql.selfNano], [
    "SELECT ?",
    2,
    1,
    50e6,
    50e6,
  ]);
  const [load] = rows(collector, "function");
  // 80 ms, of which the statements take the 40 from 20 to 60.
  assertEquals([load.name, load.totalNano, load.selfNano], ["load", 80e6, 40e6]);
  const [service] = rows(collector, "service");
  assertEquals([service.count, service.errorCount, service.selfNano], [5, 1, 2110e6]);
  assertEquals(collector.summary.spanCount, 5);
  assertEquals(collector.summary.traceCount, 2);
});

Deno.test("running and unfinished spans and turned clocks are counted apart", () => {
  const collector = collect([
    makeSpan("a", { name: "f", ms: 10 }),
    makeSpan("b", { name: "f" }),
    makeSpan("c", { name: "f", state: "unfinished" }),
    makeSpan("d", { name: "f", ms: -5 }),
  ]);
  const [row] = rows(collector, "function");
  assertEquals([row.count, row.totalNano, row.maxNano, row.p50Nano], [1, 10e6, 10e6, 10e6]);
  assertEquals([row.runningCount, row.unfinishedCount, row.clockSkewCount], [1, 1, 1]);
  const { spanCount, runningCount, unfinishedCount, clockSkewCount } = collector.summary;
  assertEquals([spanCount, runningCount, unfinishedCount, clockSkewCount], [4, 1, 1, 1]);
});

Deno.test("a span that comes again is counted once, with the end it got", () => {
  const collector = new StatsCollector();
  const running = makeSpan("a", { name: "f" });
  const ended = makeSpan("a", { name: "f", ms: 10 });
  collector.add(running);
  assertEquals(rows(collector, "function")[0].runningCount, 1);
  for (const span of [ended, running, ended]) collector.add(span);
  collector.finish();
  const [row] = rows(collector, "function");
  assertEquals([row.count, row.runningCount, row.totalNano, row.selfNano], [1, 0, 10e6, 10e6]);
  assertEquals([collector.summary.spanCount, collector.summary.duplicateSpanCount], [1, 2]);
});

Deno.test("figures do not depend on the order of the spans", () => {
  const random = createRandom(1);
  const spans = [...generateSpans({ spanCount: 2000 })];
  const expected = collect(spans);
  const collector = collect(shuffle(spans, random));
  for (const table of ["endpoint", "sql", "http", "cache", "function", "service"] as const) {
    const byKey = (list: StatsRow[]): StatsRow[] =>
      list.toSorted((a, b) => `${a.service} ${a.name}` < `${b.service} ${b.name}` ? -1 : 1);
    assertEquals(byKey(rows(collector, table)), byKey(rows(expected, table)), table);
  }
  assertEquals(collector.repeatedCalls.length, expected.repeatedCalls.length);
});

Deno.test("span by span and trace by trace give the same", () => {
  const random = createRandom(2);
  const spans: Span[] = [];
  for (let number = 0; number < 300; number++) {
    const count = 1 + Math.floor(random() * 30);
    for (let index = 0; index < count; index++) {
      const parent = Math.floor(random() * (index + 2)) - 1;
      spans.push(makeSpan(`s${index}`, {
        traceId: `t${number}`,
        // Some name parents that are not there.
        ...(parent >= 0 && { parentId: random() < 0.05 ? "gone" : `s${parent}` }),
        kind: random() < 0.5 ? "sql" : "function",
        name: `f${Math.floor(random() * 3)}`,
        at: Math.floor(random() * 100),
        ...(random() < 0.95 && { ms: Math.floor(random() * 60) - 2 }),
        ...(random() < 0.05 && { state: "unfinished" as const, endTimeUnixNano: undefined }),
        attrs: { query: `SELECT ${index}` },
      }));
    }
  }
  for (const filter of [undefined, SPANWISE, TRACEWISE]) {
    const single = collect(spans, { filter });
    const whole = new StatsCollector({ filter });
    for (const [id, list] of Map.groupBy(spans, ({ traceId }) => traceId)) {
      whole.addTrace(buildTrace(id, list));
    }
    for (const table of ["sql", "function", "service"] as const) {
      assertEquals(rows(single, table).length, rows(whole, table).length);
      for (const row of rows(single, table)) {
        const other = rows(whole, table).find(({ name }) => name === row.name);
        assertEquals(row, other);
      }
    }
    assert(whole.repeatedCalls.length > 0 || filter !== undefined);
    assertEquals(
      single.repeatedCalls.map((
        { callCount, totalNano, wallNano },
      ) => [callCount, totalNano, wallNano])
        .sort(),
      whole.repeatedCalls.map((
        { callCount, totalNano, wallNano },
      ) => [callCount, totalNano, wallNano])
        .sort(),
    );
  }
});

/** Spans that last 10 ms at least. */
const SPANWISE = {
  isSpanwise: true,
  matchesSpan: (span: Span): boolean => (durationNano(span) ?? 0n) >= 10_000_000n,
  findSpans: (): number[] => {
    throw new Error("not asked for");
  },
};
/** Spans that have a parent. */
const TRACEWISE = {
  isSpanwise: false,
  matchesSpan: (): boolean => {
    throw new Error("not asked for");
  },
  findSpans: (trace: { nodes: readonly { parent: number }[] }): number[] =>
    trace.nodes.flatMap(({ parent }, index) => parent >= 0 ? [index] : []),
};

Deno.test("a filter keeps spans out of the figures, and not out of self times", () => {
  const isFunction = (span: Span): boolean => span.kind === "function";
  const filter = { isSpanwise: true, matchesSpan: isFunction, findSpans: (): number[] => [] };
  const collector = collect(REQUEST, { filter });
  assertEquals(collector.groups("endpoint").map((group) => group.durations.count), [0]);
  const [load] = rows(collector, "function");
  assertEquals([load.count, load.selfNano], [1, 40e6]);
  assertEquals(collector.summary.spanCount, 1);
});

Deno.test("spans are grouped by the value of an attribute", () => {
  const spans = [1, 2, 3].map((number) =>
    makeSpan(`s${number}`, {
      kind: number === 3 ? "http" : "function",
      ms: number,
      attrs: number === 1 ? {} : { tenant: "acme" },
    })
  );
  const valueOf = (span: Span): string | undefined => span.attributes.tenant as string | undefined;
  const [row, ...more] = rows(collect(spans, { by: { valueOf } }), "by");
  assertEquals([row.name, row.count, row.totalNano, more.length], ["acme", 2, 5e6, 0]);
  const [endpoint] = rows(collect(spans, { by: { valueOf, category: "endpoint" } }), "by");
  assertEquals([endpoint.count, endpoint.totalNano], [1, 3e6]);
});

Deno.test("groups are bounded, and what has none counts as other", () => {
  const spans = Array.from(
    { length: 50 },
    (_, number) => makeSpan(`s${number}`, { traceId: `t${number}`, name: `f${number}`, ms: 1 }),
  );
  const collector = collect(spans, { maxGroups: 10 });
  const all = rows(collector, "function");
  assertEquals([all.length, all[10].name, all[10].count], [11, OTHER_GROUP, 40]);
});

Deno.test("a trace that comes apart is counted whole, and its late spans are told", () => {
  const [root, ...children] = REQUEST;
  const others = Array.from(
    { length: 40 },
    (_, number) => makeSpan("x", { traceId: `t${number}`, name: "other", ms: 1 }),
  );
  const collector = collect([...children, ...others, root], { maxOpenSpans: 20 });
  assertEquals(collector.summary.lateSpanCount, 1);
  const [endpoint] = rows(collector, "endpoint");
  assertEquals([endpoint.count, endpoint.totalNano, endpoint.selfNano], [1, 100e6, 100e6]);
  assertEquals(rows(collector, "function").map(({ count }) => count), [1, 40]);
});

Deno.test("a trace larger than what may wait is counted whole", () => {
  const spans = Array.from(
    { length: 1000 },
    (_, number) =>
      makeSpan(`s${number}`, { ...(number > 0 && { parentId: "s0" }), name: "f", ms: 1 }),
  );
  const collector = collect(spans, { maxOpenSpans: 50 });
  assertEquals(rows(collector, "function")[0].count, 1000);
  assert(collector.summary.lateSpanCount > 0);
});

Deno.test("in a large source complete traces are let go, and nothing is lost", () => {
  const spans = [...generateSpans({ spanCount: 30_000 })];
  const expected = collect(spans);
  const collector = collect(spans, { maxOpenSpans: 6_000 });
  assertEquals(collector.summary, expected.summary);
  for (const table of ["endpoint", "sql", "http", "cache", "function", "service"] as const) {
    const sorted = (of: StatsCollector): StatsRow[] =>
      sortStatsRows(rows(of, table), "name").map((row) => ({
        ...row,
        // Sums of the same numbers in another order.
        selfNano: Math.round(row.selfNano / 10),
      }));
    assertEquals(sorted(collector), sorted(expected), table);
  }
});

Deno.test("ids that are alike but for their beginnings are told apart, in linear time", () => {
  const spans = Array.from(
    { length: 30_000 },
    (_, number) =>
      makeSpan(`${number}-the-same-for-all`, {
        traceId: `${number % 15_000}-the-same-for-all`,
        name: "f",
        ms: 1,
      }),
  );
  const began = performance.now();
  const { summary } = collect([...spans, ...spans.slice(0, 100)]);
  assertEquals([summary.spanCount, summary.traceCount], [30_000, 15_000]);
  assertEquals(summary.duplicateSpanCount, 100);
  const whole = collect(spans.map((span) => ({ ...span, traceId: "t" })));
  assertEquals([whole.summary.spanCount, whole.summary.traceCount], [30_000, 1]);
  assert(performance.now() - began < 20_000);
});

Deno.test("quiet traces are analysed while others go on", () => {
  const collector = new StatsCollector();
  for (const span of REQUEST) collector.add(span, 1000);
  collector.add(makeSpan("r", { traceId: "r", name: "runs" }), 1000);
  collector.add(makeSpan("n", { traceId: "n", name: "new", ms: 1 }), 5000);
  collector.analyzeQuiet(3000);
  const self = (name: string): number | undefined =>
    rows(collector, "function").find((row) => row.name === name)?.selfNano;
  assertEquals([self("load"), self("runs"), self("new")], [40e6, 0, 0]);
  collector.add(makeSpan("r", { traceId: "r", name: "runs", ms: 3 }), 5000);
  collector.finish();
  assertEquals([self("load"), self("runs"), self("new")], [40e6, 3e6, 1e6]);
  assertEquals(collector.summary.lateSpanCount, 0);
});

Deno.test("repeated calls are told with their parent, their caller and their values", () => {
  const parent = makeSpan("p", {
    kind: "http",
    name: "GET /users",
    ms: 100,
    attrs: {
      "code.function.name": "listUsers",
      "code.file.path": "users.ts",
      "code.line.number": 7n,
    },
  });
  const calls = Array.from({ length: 12 }, (_, number) =>
    makeSpan(`q${number}`, {
      parentId: "p",
      kind: "sql",
      at: number * 5,
      ms: 2,
      attrs: { query: `SELECT name FROM users WHERE id = ${number} AND a = 'x'` },
    }));
  const other = [parent, ...calls].map((span) => ({ ...span, traceId: "u" }));
  const [found, ...more] = collect([...calls, parent, ...other]).repeatedCalls;
  assertEquals(more, []);
  assertEquals(
    [found.operation.name, found.parent?.name, found.caller],
    ["SELECT name FROM users WHERE id = ? AND a = ?", "GET /users", "listUsers (users.ts:7)"],
  );
  assertEquals([found.parentCount, found.callCount, found.maxCallCount], [2, 24, 12]);
  assertEquals([found.totalNano, found.wallNano, found.isParallel], [48e6, 48e6, false]);
  assertEquals([found.traceId, found.parentSpanId], ["t", "p"]);
  assertEquals(found.samples.length, 5);
  for (const sample of found.samples) assert(/^\d+, 'x'$/.test(sample), sample);
});

Deno.test("values of parameters are told where there are no literals", () => {
  const calls = Array.from({ length: 6 }, (_, number) =>
    makeSpan(`q${number}`, {
      parentId: "p",
      kind: "client",
      ms: 2,
      attrs: {
        "db.system.name": "postgresql",
        "db.query.text": "SELECT name FROM users WHERE id = $1",
        "db.query.parameter.0": String(number),
      },
    }));
  const [found] = collect(calls).repeatedCalls;
  assertEquals(found.parent, undefined);
  assert(found.samples.length > 0);
  for (const sample of found.samples) assert(/^[0-5]$/.test(sample), sample);
});

Deno.test("go-trace's rules count statements in a trace, whoever made them, and name as they are", () => {
  const calls = Array.from({ length: 5 }, (_, number) =>
    makeSpan(`q${number}`, {
      parentId: `p${number}`,
      kind: "sql",
      ms: 2,
      attrs: { query: `SELECT a FROM t WHERE id IN (${number}, 2)` },
    }));
  const root = makeSpan("r", { kind: "http", name: "GET /users/7", ms: 9 });
  const spans = [root, ...calls];
  assertEquals(collect(spans).repeatedCalls, []);
  const collector = collect(spans, { usesGoTraceRules: true });
  const [found] = collector.repeatedCalls;
  assertEquals([found.operation.name, found.callCount, found.totalNano], [
    "SELECT a FROM t WHERE id IN (?)",
    5,
    10e6,
  ]);
  assertEquals(rows(collector, "endpoint").map(({ name }) => name), ["GET /users/7"]);
  assertEquals(collect(spans.slice(0, 5), { usesGoTraceRules: true }).repeatedCalls, []);
});

Deno.test("names of endpoints are replaced where asked for", () => {
  const groupName = (name: string): string | undefined =>
    name.startsWith("GET /users") ? "users" : undefined;
  const spans = ["GET /users/a", "GET /users/b", "GET /x"].map((name, number) =>
    makeSpan(`s${number}`, { kind: "http", name, ms: 1 })
  );
  assertEquals(
    rows(collect(spans, { groupName }), "endpoint").map(({ name, count }) => [name, count]),
    [["users", 2], ["GET /x", 1]],
  );
});

Deno.test("attributes such as __proto__ and names such as constructor are plain text", () => {
  const spans = ["constructor", "__proto__", "toString"].map((name, number) =>
    makeSpan(`${number}`, {
      traceId: name,
      name,
      ms: 1,
      resource: createAttributes([["service.name", name]]),
    })
  );
  const collector = collect(spans);
  assertEquals(rows(collector, "function").map(({ name, count }) => [name, count]), [
    ["constructor", 1],
    ["__proto__", 1],
    ["toString", 1],
  ]);
  assertEquals(collector.groups("service").map(({ name }) => name), [
    "constructor",
    "__proto__",
    "toString",
  ]);
});

Deno.test("the figures of 100,000 spans equal those that SQL finds", () => {
  const spans = [...generateSpans({ spanCount: 100_000 })];
  using database = open(spans);
  const collector = collect(spans);
  assertEquals(collector.summary.spanCount, 100_000);
  assertEquals(collector.summary.lateSpanCount, 0);
  // What stands for the name of an operation in SQL, and in ours.
  const cases: [GroupTable, string, string, (row: StatsRow) => string][] = [
    ["endpoint", "kind = 'server'", "'GET ' || route", ({ name }) => name],
    [
      "sql",
      "kind = 'client' AND statement LIKE 'SELECT%'",
      "substr(statement, 15, 8)",
      ({ name }) => name.slice(14, 22),
    ],
    ["cache", "kind = 'client' AND statement LIKE 'GET%'", "'GET thing:{id}'", ({ name }) => name],
    ["http", "kind = 'client' AND statement IS NULL", "'GET users/users/{id}'", ({ name }) => name],
    ["function", "kind IN ('internal', 'function')", "name", ({ name }) => name],
  ];
  for (const [table, where, name, nameOf] of cases) {
    const found = rows(collector, table)
      .map((row) => ({ ...figures(row), service: row.service, name: nameOf(row) }));
    assertEquals(byName(found), select(database, where, `service, ${name} AS name`), table);
  }
  const services = rows(collector, "service").map((row) => ({ ...figures(row), name: row.name }));
  assertEquals(byName(services), select(database, "true", "service AS name"));
});

interface Figures {
  readonly service?: string;
  readonly name: string;
  readonly [figure: string]: unknown;
}

function figures(row: StatsRow): Record<string, number> {
  return {
    count: row.count,
    errors: row.errorCount,
    total: row.totalNano,
    min: row.minNano,
    p50: row.p50Nano,
    p95: row.p95Nano,
    p99: row.p99Nano,
    max: row.maxNano,
  };
}

function byName(list: Figures[]): Figures[] {
  return list.toSorted((a, b) => `${a.service} ${a.name}` < `${b.service} ${b.name}` ? -1 : 1);
}

function open(spans: readonly Span[]): DatabaseSync & Disposable {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "CREATE TABLE spans (service TEXT, kind TEXT, name TEXT, route TEXT, statement TEXT, nano INTEGER, failed INTEGER)",
  );
  const insert = database.prepare("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?)");
  database.exec("BEGIN");
  for (const span of spans) {
    insert.run(
      span.resource?.["service.name"] as string,
      span.kind,
      span.name,
      (span.attributes["http.route"] ?? null) as string | null,
      (span.attributes["db.query.text"] ?? null) as string | null,
      (span.endTimeUnixNano as bigint) - span.startTimeUnixNano,
      isErrorSpan(span) ? 1 : 0,
    );
  }
  database.exec("COMMIT");
  return Object.assign(database, { [Symbol.dispose]: () => database.close() });
}

/** Counts, sums and percentiles by nearest rank: the value with rank ceil(share × count). */
function select(database: DatabaseSync, where: string, groups: string): Figures[] {
  const rank = (percent: number): string =>
    `max(CASE WHEN place = (n * ${percent} + 99) / 100 THEN nano END) AS p${percent}`;
  const keys = groups.startsWith("service AS") ? "name" : "service, name";
  return byName(
    database.prepare(`
      WITH found AS (SELECT ${groups}, nano, failed FROM spans WHERE ${where}),
      ranked AS (
        SELECT *, row_number() OVER (PARTITION BY ${keys} ORDER BY nano) AS place,
          count(*) OVER (PARTITION BY ${keys}) AS n
        FROM found
      )
      SELECT count(*) AS count, sum(failed) AS errors, sum(nano) AS total, min(nano) AS min,
        ${rank(50)}, ${rank(95)}, ${rank(99)}, max(nano) AS max, ${keys}
      FROM ranked GROUP BY ${keys}
    `).all().map((row) => ({ ...row }) as Figures),
  );
}
