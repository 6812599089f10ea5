import { assert, assertEquals } from "@std/assert";
import type { ApiCompletions, ApiInfo, ApiRows, ApiScatter, ApiTraces } from "../../src/web/api.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { getJson, makeSpan, withServer } from "./_served.ts";

Deno.test("the list is sorted, searched and cut into pages", () =>
  withServer({}, async ({ source, origin }) => {
    for (let number = 0; number < 30; number++) {
      const start = 1_000_000_000n + BigInt(number);
      source.traces.add(makeSpan({
        traceId: `t${number}`,
        name: `op ${String(number).padStart(2, "0")}`,
        startTimeUnixNano: start,
        endTimeUnixNano: start + BigInt(((number * 7) % 30) * 1_000_000),
        error: number % 10 === 0,
      }));
    }
    async function ids(search: string): Promise<string[]> {
      const { rows } = await getJson<ApiTraces>(`${origin}/api/traces?${search}`);
      return rows.map(({ trace_id }) => trace_id);
    }
    assertEquals(await ids("limit=3"), ["t29", "t28", "t27"]);
    assertEquals(await ids("limit=2&from=29"), ["t0"]);
    assertEquals(await ids("from=30"), []);
    assertEquals(await ids("sort=start&limit=2"), ["t0", "t1"]);
    assertEquals(await ids("sort=name&limit=2"), ["t0", "t1"]);
    assertEquals(await ids("sort=-name&limit=2"), ["t29", "t28"]);
    assertEquals(await ids("sort=-duration&limit=2"), ["t17", "t4"]);
    assertEquals(await ids("sort=duration&limit=2"), ["t0", "t13"]);
    assertEquals(await ids("where=error"), ["t20", "t10", "t0"]);
    assertEquals(await ids("where=error&sort=start&from=1&limit=1"), ["t10"]);
    const all = await getJson<ApiTraces>(`${origin}/api/traces?limit=5000`);
    assertEquals([all.total, all.waiting, all.from, all.rows.length], [30, 0, 0, 30]);
  }));

Deno.test("traces that began in a range are chosen, in any order", () =>
  withServer({}, async ({ source, origin }) => {
    for (let number = 0; number < 10; number++) {
      const start = 1000n * BigInt(number);
      source.traces.add(makeSpan({
        traceId: `t${number}`,
        startTimeUnixNano: start,
        endTimeUnixNano: start + BigInt((number * 7) % 10),
      }));
    }
    for (
      const [search, expected] of [
        ["after=3000&before=6000", ["t5", "t4", "t3"]],
        ["after=3000&before=6000&sort=start", ["t3", "t4", "t5"]],
        ["after=3000&before=6000&sort=-duration", ["t4", "t5", "t3"]],
        ["after=3000&before=6000&sort=duration&from=1", ["t5", "t4"]],
        ["after=8001", ["t9"]],
        ["before=1001&sort=start", ["t0", "t1"]],
        ["after=6000&before=3000", []],
        ["after=6000&before=3000&sort=name", []],
      ] as const
    ) {
      const { rows, total } = await getJson<ApiTraces>(`${origin}/api/traces?${search}`);
      assertEquals(rows.map(({ trace_id }) => trace_id), expected, search);
      assertEquals(total, expected.length + (search.includes("from") ? 1 : 0));
    }
    const scatter = await getJson<ApiScatter>(`${origin}/api/scatter?after=3000&before=6000`);
    assertEquals([scatter.total, scatter.end_time], [3, "1970-01-01T00:00:00.000005Z"]);
    // What is added later is in the next answer.
    source.traces.add(
      makeSpan({ traceId: "new", startTimeUnixNano: 4500n, endTimeUnixNano: 4600n }),
    );
    const { rows } = await getJson<ApiTraces>(
      `${origin}/api/traces?after=3000&before=6000&sort=-duration`,
    );
    assertEquals(rows[0].trace_id, "new");
  }));

Deno.test("a row has all digits of its times and ids", () =>
  withServer({}, async ({ source, origin }) => {
    source.traces.add(makeSpan({
      traceId: "18446744073709551615",
      startTimeUnixNano: 1_795_172_592_123_456_789n,
      endTimeUnixNano: 1_795_172_592_123_456_789n + 9_007_199_254_740_993n,
      service: "shop",
    }));
    const { rows: [row], list_version } = await getJson<ApiTraces>(`${origin}/api/traces`);
    assertEquals(row, {
      sequence: 1,
      trace_id: "18446744073709551615",
      name: "GET /",
      kind: "http",
      service: "shop",
      start_time: "2026-11-20T11:03:12.123456789Z",
      duration_ns: "9007199254740993",
      spans: 1,
      running: 0,
      unfinished: 0,
      errors: 0,
      version: list_version,
    });
  }));

Deno.test("rows that are asked for again follow what has changed", () =>
  withServer({}, async ({ source, origin }) => {
    const { endTimeUnixNano: _, ...running } = makeSpan({ traceId: "t" });
    source.traces.add({ ...running, state: "running" });
    const url = `${origin}/api/traces?where=duration+%3E+50ms`;
    assertEquals((await getJson<ApiTraces>(url)).total, 0);
    source.traces.add(makeSpan({ traceId: "t", endTimeUnixNano: 2_000_000_000n }));
    const after = await getJson<ApiTraces>(url);
    assertEquals([after.total, after.rows[0].running, after.list_version], [1, 0, 2]);
  }));

Deno.test("a trace comes as lines of a recording, whatever its id and content", () =>
  withServer({}, async ({ source, origin }) => {
    const traceId = "a/../b ?#%\u{1f600}<script>";
    const spans = Array.from({ length: 5000 }, (_, index) =>
      makeSpan({
        traceId,
        spanId: String(index),
        ...(index > 0 && { parentId: "0" }),
        attributes: createAttributes([["big", 9_007_199_254_740_993n], ["__proto__", "x"]]),
      }));
    for (const span of spans) source.traces.add(span);
    const response = await fetch(`${origin}/api/trace/${encodeURIComponent(traceId)}`);
    assertEquals(response.headers.get("content-type"), "application/x-ndjson");
    assertEquals(response.headers.get("trace-version"), "5000");
    const lines = (await response.text()).trimEnd().split("\n");
    assertEquals(
      lines.map((line) => decodeSpanLine(line).spanId),
      spans.map((span) => span.spanId),
    );
    assertEquals(decodeSpanLine(lines[7]).attributes, spans[7].attributes);
  }));

Deno.test("a recording is answered as it was at a moment", () =>
  withServer({}, async ({ source, origin }) => {
    source.traces.add(makeSpan({ traceId: "first", endTimeUnixNano: 3_000_000_000n }));
    source.traces.add(
      makeSpan({
        traceId: "later",
        startTimeUnixNano: 5_000_000_000n,
        endTimeUnixNano: 6_000_000_000n,
      }),
    );
    const at = "at=2000000000";
    const traces = await getJson<ApiTraces>(`${origin}/api/traces?${at}`);
    assertEquals(traces.rows.map(({ trace_id, running }) => [trace_id, running]), [["first", 1]]);
    const found = await getJson<ApiTraces>(`${origin}/api/traces?where=status%3Derror&${at}`);
    assertEquals(found.total, 0);
    const lines = await (await fetch(`${origin}/api/trace/first?${at}`)).text();
    assertEquals(decodeSpanLine(lines.trimEnd()).state, "running");
    const absent = await fetch(`${origin}/api/trace/later?${at}`);
    await absent.body?.cancel();
    assertEquals(absent.status, 404);
    const stats = await getJson<ApiRows>(`${origin}/api/stats?${at}`);
    assertEquals(stats.rows.at(-1)?.running, 1);
    // Many moments at once, as of several pages that play.
    const moments = await Promise.all(
      Array.from(
        { length: 20 },
        (_, second) => getJson<ApiTraces>(`${origin}/api/traces?at=${second}000000000`),
      ),
    );
    assertEquals(
      moments.map(({ total }) => total),
      Array.from({ length: 20 }, (_, second) => second < 1 ? 0 : second < 5 ? 1 : 2),
    );
  }));

Deno.test("figures are the rows that the command line prints", () =>
  withServer({}, async ({ source, origin }) => {
    source.traces.add(makeSpan({ traceId: "t", spanId: "a", service: "shop", kind: "client" }));
    source.traces.add(
      makeSpan({
        traceId: "t",
        spanId: "b",
        parentId: "a",
        service: "users",
        kind: "server",
        name: "GET /users/7",
      }),
    );
    source.traces.add(makeSpan({ traceId: "u", service: "shop", endTimeUnixNano: 1_500_000_000n }));
    const stats = await getJson<ApiRows>(`${origin}/api/stats`);
    assertEquals(stats.list_version, 3);
    const endpoint = stats.rows.find(({ name }) => name === "GET /users/{id}");
    assertEquals([endpoint?.table, endpoint?.service, endpoint?.count], ["endpoint", "users", 1]);
    assertEquals([stats.rows.at(-1)?.table, stats.rows.at(-1)?.spans], ["summary", 3]);
    const users = await getJson<ApiRows>(`${origin}/api/stats?where=service%3Dusers`);
    assertEquals(users.rows.at(-1)?.spans, 1);
    const services = await getJson<ApiRows>(`${origin}/api/services`);
    const [{ caller, callee, calls }] = services.rows;
    assertEquals([caller, callee, calls], ["shop", "users", 1]);
    const diff = await getJson<ApiRows>(`${origin}/api/diff?a=t&b=u`);
    assertEquals(diff.rows.slice(0, 2), [
      { type: "before", source: "t", traces: 1, spans: 2 },
      { type: "after", source: "u", traces: 1, spans: 1 },
    ]);
    assertEquals(diff.rows.at(-1)?.type, "summary");
  }));

Deno.test("an empty source is answered, too", () =>
  withServer({}, async ({ origin }) => {
    const scatter = await getJson<ApiScatter>(`${origin}/api/scatter?width=100&height=50`);
    assertEquals([scatter.total, scatter.start_time, scatter.points], [0, null, []]);
    assertEquals((await getJson<ApiRows>(`${origin}/api/services`)).rows, []);
    const info = await getJson<ApiInfo>(`${origin}/api/info`);
    assertEquals([info.version, info.title, info.traces, info.start_time], [
      "1.2.3",
      "a test",
      0,
      null,
    ]);
  }));

Deno.test("points and the source's bounds are known", () =>
  withServer({}, async ({ source, origin }) => {
    source.traces.add(makeSpan({ traceId: "t", error: true }));
    source.traces.add(
      makeSpan({
        traceId: "u",
        startTimeUnixNano: 9_000_000_000n,
        endTimeUnixNano: 9_500_000_000n,
      }),
    );
    const { points, total } = await getJson<ApiScatter>(`${origin}/api/scatter`);
    assertEquals(total, 2);
    assertEquals(points.map(({ trace_id, traces, errors }) => [trace_id, traces, errors]), [[
      "t",
      1,
      1,
    ], ["u", 1, 0]]);
    const info = await getJson<ApiInfo>(`${origin}/api/info`);
    assertEquals([info.start_time, info.end_time], [
      "1970-01-01T00:00:01Z",
      "1970-01-01T00:00:09.5Z",
    ]);
  }));

Deno.test("completions come from what the spans have", () =>
  withServer({}, async ({ source, origin }) => {
    source.traces.add(
      makeSpan({ traceId: "t", attributes: createAttributes([["customer", "ada"]]) }),
    );
    async function complete(query: string): Promise<string[]> {
      const url = `${origin}/api/complete?query=${
        encodeURIComponent(query)
      }&cursor=${query.length}`;
      return (await getJson<ApiCompletions>(url)).completions.map(({ text }) => text);
    }
    assertEquals((await complete(".cust"))[0], ".customer");
    assert((await complete(".customer = ")).some((text) => text.includes("ada")));
    source.traces.add(
      makeSpan({ traceId: "u", attributes: createAttributes([["zone", "north"]]) }),
    );
    assertEquals((await complete(".zo"))[0], ".zone");
  }));
