import { assertEquals } from "@std/assert";
import { createAttributes } from "../../src/model/attributes.ts";
import { exportTo } from "./_export_all.ts";
import { BASE_NANO, richSpan, sampleSpan } from "./sample_spans.ts";

/** Takes RFC 4180 apart, by its grammar. */
function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text)!;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
  }
  const [names, ...values] = rows.slice(0, -1);
  return values.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
}

Deno.test("a row has the span's fields, exact to the nanosecond and the last digit", async () => {
  const { text, exporter } = await exportTo("csv", [richSpan()]);
  const [row] = parseCsv(text);
  assertEquals(row.trace_id, "0af7651916cd43dd8448eb211c80319c");
  assertEquals(row.name, 'ünï "code" \\ \n \u2028 </script> \ufffd');
  assertEquals(row.start_time, "2026-03-11T10:00:00.123456789Z");
  assertEquals(row.end_unix_nano, String(BASE_NANO + 1_000_000n));
  assertEquals([row.duration_ns, row.kind, row.service], ["1000000", "server", "shop"]);
  assertEquals([row.is_error, row.status_code, row.status_message], ["true", "error", "broken"]);
  assertEquals(row.attributes.includes('"int":9223372036854775807'), true);
  assertEquals(JSON.parse(row.events)[0].name, "exception");
  assertEquals(JSON.parse(row.links)[0].span_id, "s");
  assertEquals(JSON.parse(row.samples)[0].name, "hits");
  assertEquals([exporter.dropped, exporter.changed], [{}, {}]);
});

Deno.test("text that a spreadsheet would run gets an apostrophe, numbers do not", async () => {
  const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "a=1", "'=1"];
  const spans = names.map((name) =>
    sampleSpan({ name, startTimeUnixNano: -5n, endTimeUnixNano: -3n })
  );
  const { text, exporter } = await exportTo("csv", spans);
  const rows = parseCsv(text);
  assertEquals(rows.map(({ name }) => name), [
    ...names.slice(0, 7).map((name) => `'${name}`),
    "a=1",
    "'=1",
  ]);
  assertEquals(rows[0].start_unix_nano, "-5");
  assertEquals(exporter.changed, { formula: 7 });
});

Deno.test("a duration that is not known or negative is no number", async () => {
  const { text, exporter } = await exportTo("csv", [
    sampleSpan({ endTimeUnixNano: undefined, state: "unfinished" }),
    sampleSpan({ endTimeUnixNano: BASE_NANO - 1n }),
  ]);
  const rows = parseCsv(text);
  assertEquals(rows.map((row) => [row.duration_ns, row.state]), [["", "unfinished"], [
    "",
    "ended",
  ]]);
  assertEquals(rows[1].end_unix_nano, String(BASE_NANO - 1n));
  assertEquals(exporter.changed, { no_end_time: 1, negative_duration: 1 });
});

Deno.test("what people ask for has columns of its own, by any of its names", async () => {
  const { text } = await exportTo("csv", [
    sampleSpan({ attributes: createAttributes([["method", "GET"], ["status", "503"]]) }),
    sampleSpan({
      kind: "server",
      attributes: createAttributes([
        ["http.request.method", "PUT"],
        ["http.response.status_code", 201n],
        ["http.route", "/a/:id"],
        ["status", "done"],
      ]),
    }),
    sampleSpan({ kind: "sql", attributes: createAttributes([["query", "SELECT 1"]]) }),
  ]);
  const [gotrace, openTelemetry, sql] = parseCsv(text);
  assertEquals([gotrace.http_method, gotrace.http_status_code], ["GET", "503"]);
  assertEquals(
    [openTelemetry.http_method, openTelemetry.http_status_code, openTelemetry.http_route],
    ["PUT", "201", "/a/:id"],
  );
  assertEquals(sql.db_query, "SELECT 1");
});
