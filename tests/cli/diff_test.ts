import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import type { Span } from "../../src/model/span.ts";
import { textWidth } from "../../src/terminal/text_width.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

Deno.test("diff of two runs of one program finds nothing and ends with 0", () =>
  inShop(async (folder) => {
    const args = [`${folder}/a.jsonl`, `${folder}/same.jsonl`];
    const { code, out, err } = await diff(...args, "--fail-on", "p95>+20%", "--fail-on", "new>0");
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, "No difference found.");
    assertStringIncludes(out, "kept    p95>+20%");
  }));

Deno.test("diff names the slower function and the loop of queries, in 80 columns", () =>
  inShop(async (folder) => {
    const { code, out } = await diff(`${folder}/a.jsonl`, `${folder}/b.jsonl`);
    assertEquals(code, 0);
    assertStringIncludes(out, "2 differences found:");
    assertStringIncludes(out, "slower       [shop] Report.Render");
    assertStringIncludes(out, "under [shop] GET /report");
    assertStringIncludes(out, "more calls   [shop] SELECT * FROM items WHERE id = ?");
    assertStringIncludes(out, "1 → 8 calls by each of these");
    for (const line of out.split("\n")) assert(textWidth(line) <= 80, line);
  }));

Deno.test("a broken rule ends with 1 and names each operation", () =>
  inShop(async (folder) => {
    const files = [`${folder}/a.jsonl`, `${folder}/b.jsonl`];
    for (
      const [rule, expected] of [
        ["p50>+20%", "[shop] Report.Render"],
        ["p50(GET /report)>+1ms", "[shop] GET /report"],
        ["count>+10%", "[shop] SELECT * FROM items WHERE id = ?: 60 → 480"],
        ["count(*items*)>+1", "60 → 480"],
        ["n_plus_one>0", "[shop] SELECT * FROM items WHERE id = ?: 0 → 480"],
        ["n_plus_one(Items.Load)>+0", "[shop] SELECT * FROM items WHERE id = ?: 0 → 480"],
        ["p95(shop/Report.Render)>1ms", "[shop] Report.Render"],
        ["total(SELECT*)>+100%", "SELECT"],
      ]
    ) {
      const { code, out } = await diff(...files, "--fail-on", rule);
      assertEquals(code, 1, rule);
      assertStringIncludes(out, `broken  ${rule}: `);
      assertStringIncludes(out, expected);
    }
    const nothing = await diff(...files, "--fail-on", "p95(GET /nothing)>+20%");
    assertEquals(nothing.code, 1);
    assertStringIncludes(nothing.out, "no operation has such a name");
    for (
      const rule of [
        "count(GET /nothing)>+0",
        "p50(GET /orders)>+20%",
        "errors>+0",
        "new>0",
        "gone>0",
        "p50>+500%",
      ]
    ) {
      assertEquals((await diff(...files, "--fail-on", rule)).code, 0, rule);
    }
  }));

Deno.test("a rule that cannot be read is wrong usage and says where", () =>
  inShop(async (folder) => {
    const files = [`${folder}/a.jsonl`, `${folder}/b.jsonl`];
    const { code, out, err } = await diff(...files, "--fail-on", "p95>20%");
    assertEquals([code, out], [2, ""]);
    assertStringIncludes(err, "column 7");
    assertEquals((await diff(...files, "--format", "xml")).code, 2);
    assertEquals((await diff(...files, "--min-change", "much")).code, 2);
    assertEquals((await diff(files[0])).code, 2);
    assertEquals((await diff("-", "-")).code, 2);
    assertEquals((await diff(...files, "--where", "name = ")).code, 2);
  }));

Deno.test("a source without spans, or none at all, is an error", () =>
  inShop(async (folder) => {
    await Deno.writeTextFile(`${folder}/empty.jsonl`, "");
    const empty = await diff(`${folder}/empty.jsonl`, `${folder}/a.jsonl`);
    assertEquals(empty.code, 1);
    assertStringIncludes(empty.err, "no spans");
    const missing = await diff(`${folder}/a.jsonl`, `${folder}/no.jsonl`);
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.err, "no.jsonl");
    const none = await diff(`${folder}/a.jsonl`, `${folder}/b.jsonl`, "--where", 'name = "x"');
    assertEquals(none.code, 1);
    assertStringIncludes(none.err, "No trace matches");
  }));

Deno.test("two traces are compared by their ids or the beginning of these", () =>
  inShop(async (folder) => {
    const { code, out } = await diff(`${folder}/a.jsonl#item-7`, `${folder}/b.jsonl#item-7`);
    assertEquals(code, 0);
    assertStringIncludes(out, "1 trace, 3 spans");
    assertStringIncludes(out, "1 trace, 10 spans");
    assertStringIncludes(out, "Different, but in too few traces to tell:");
    assertStringIncludes(out, "1 → 8 calls");
    const unknown = await diff(`${folder}/a.jsonl#nothing`, `${folder}/b.jsonl#item-7`);
    assertEquals(unknown.code, 1);
    assertStringIncludes(unknown.err, 'no trace "nothing"');
    const several = await diff(`${folder}/a.jsonl#item-`, `${folder}/b.jsonl#item-7`);
    assertEquals(several.code, 1);
    assertStringIncludes(several.err, "write more of the id");
    await Deno.copyFile(`${folder}/a.jsonl`, `${folder}/a#b`);
    assertEquals((await diff(`${folder}/a#b`, `${folder}/a.jsonl`)).code, 0);
  }));

Deno.test("--json prints an object a line with stable names", () =>
  inShop(async (folder) => {
    const { out } = await diff(
      `${folder}/a.jsonl`,
      `${folder}/b.jsonl`,
      "--json",
      "--fail-on",
      "p50>+20%",
    );
    const objects = out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(objects[0], {
      type: "before",
      source: `${folder}/a.jsonl`,
      traces: 180,
      spans: 480,
    });
    const [slower, calls] = objects.filter(({ type }) => type === "finding");
    assertEquals([slower.kind, slower.operation.name], ["slower", "Report.Render"]);
    assertEquals(Object.keys(slower.places[0].after), [
      "samples",
      "self_p50_ns",
      "calls_per_parent",
      "own_error_rate",
    ]);
    assertEquals([calls.kind, calls.places[0].after.calls_per_parent], ["more_calls", 8]);
    const report = objects.find(({ type, operation }) =>
      type === "operation" && operation.name === "Report.Render"
    );
    assertEquals(Object.keys(report.before), [
      "count",
      "errors",
      "error_rate",
      "avg_ns",
      "p50_ns",
      "p95_ns",
      "p99_ns",
      "total_ns",
    ]);
    const rule = objects.find(({ type }) => type === "rule");
    assertEquals([rule.broken, typeof rule.hits[0].after_ns], [true, "number"]);
    assertEquals(objects.at(-1), {
      type: "summary",
      findings: 2,
      unclear: 0,
      unclear_times: 0,
      broken_rules: 1,
    });
  }));

Deno.test("markdown is a comment in which names from spans are no markup", () =>
  inTemporaryFolder(async (folder) => {
    const evil = "a|b`c` <img src=x> @team [x](http://y)\n# title";
    const spans = (count: number): Span[] =>
      Array.from({ length: 40 }, (_, at) => [
        makeSpan("root", { traceId: `t${at}`, name: evil, at, ms: 49 + count }),
        ...Array.from({ length: count }, (_, n) =>
          makeSpan(`q${n}`, {
            traceId: `t${at}`,
            parentId: "root",
            name: evil + n % 1,
            at: at + n,
            ms: 1,
          })),
      ]).flat();
    await write(`${folder}/a.jsonl`, spans(1));
    await write(`${folder}/b.jsonl`, spans(9));
    const { out } = await diff(`${folder}/a.jsonl`, `${folder}/b.jsonl`, "--format", "markdown");
    assertStringIncludes(out, "### Traces: 1 difference");
    assertStringIncludes(out, "| more calls | `` a\\|b`c` <img src=x>");
    // Outside code, in the place of the finding.
    assertStringIncludes(out, "&lt;img src=x&gt; @\u200bteam \\[x\\]\\(http://y\\)␊\\# title");
    assert(!/^# title/m.test(out));
  }));

Deno.test("standard input can be one of the two", () =>
  inShop(async (folder) => {
    const stdin = await Deno.readTextFile(`${folder}/b.jsonl`);
    const io = createCapturedIo({ stdin });
    assertEquals(await main(["diff", `${folder}/a.jsonl`, "-"], io), 0);
    assertStringIncludes(io.out, "2 differences found:");
  }));

/** Runs a test with two recordings of one program and one of it when it was changed. */
function inShop(test: (folder: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    await write(`${folder}/a.jsonl`, shopSpans(1, 1, 1));
    await write(`${folder}/same.jsonl`, shopSpans(2, 1, 1));
    await write(`${folder}/b.jsonl`, shopSpans(3, 1.4, 8));
    await test(folder);
  });
}

/** 60 requests of three endpoints each. */
function shopSpans(seed: number, slowness: number, queryCount: number): Span[] {
  const random = createRandom(seed);
  const noise = (ms: number): number => ms * (0.9 + 0.2 * random());
  const spans: Span[] = [];
  for (let number = 0; number < 60; number++) {
    const at = number * 100;
    const add = (traceId: string, spanId: string, sketch: Parameters<typeof makeSpan>[1]): void =>
      void spans.push(makeSpan(spanId, { traceId, service: "shop", ...sketch }));
    const render = noise(8 * slowness);
    add(`report-${number}`, "root", {
      name: "GET /report",
      kind: "http",
      at,
      ms: render + noise(1),
    });
    add(`report-${number}`, "render", {
      parentId: "root",
      name: "Report.Render",
      at: at + 0.1,
      ms: render,
    });
    const item = `item-${number}`;
    const queries = Array.from({ length: queryCount }, () => noise(0.5));
    const load = queries.reduce((sum, ms) => sum + ms, noise(4));
    add(item, "root", { name: "GET /items", kind: "http", at, ms: load + noise(1) });
    add(item, "load", { parentId: "root", name: "Items.Load", at: at + 0.1, ms: load });
    let queryAt = at + 1;
    for (const [index, ms] of queries.entries()) {
      add(item, `q${index}`, {
        parentId: "load",
        name: "SQL Query",
        kind: "sql",
        at: queryAt,
        ms,
        attrs: { query: `SELECT * FROM items WHERE id = ${index}` },
      });
      queryAt += ms;
    }
    const orders = noise(6);
    add(`order-${number}`, "root", { name: "GET /orders", kind: "http", at, ms: orders + 1 });
    add(`order-${number}`, "find", { parentId: "root", name: "Orders.Find", at, ms: orders });
    add(`order-${number}`, "check", {
      parentId: "root",
      name: "Auth.Check",
      at: at + orders,
      ms: noise(0.5),
    });
  }
  return spans;
}

function write(path: string, spans: readonly Span[]): Promise<void> {
  return Deno.writeTextFile(path, spans.map((span) => encodeSpanLine(span)).join(""));
}

async function diff(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = createCapturedIo();
  const code = await main(["diff", ...args], io);
  return { code, out: io.out, err: io.err };
}
