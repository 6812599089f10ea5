import { buildTrace } from "../src/assemble/build_trace.ts";
import { type Attributes, createAttributes } from "../src/model/attributes.ts";
import type { Span } from "../src/model/span.ts";
import type { Trace } from "../src/model/trace.ts";
import { compileQuery } from "../src/query/compile_query.ts";
import { median, printTable } from "./table.ts";

/** What is asked: the cheap and the dear, conditions of one span and of whole traces. */
const QUERIES = [
  "kind = sql",
  "duration > 900us",
  "error",
  ".status >= 500",
  'name =~ ".*/users/[0-9]+7"',
  "service = shop && duration > 500us && .status = 200",
  "users timeout",
  "{ kind = http } >> { kind = sql && duration > 900us }",
  "{ .status >= 500 } > { kind = sql }",
  "{ kind = sql } ~ { kind = sql }",
  "{ kind = http } !>> { error }",
  "{ kind = sql } | count() > 3 | avg(duration) > 500us",
  Array.from({ length: 10_000 }, (_, index) => `.status = ${index + 1000}`).join(" || "),
];

/** Queries over spans in memory: many small traces, one broad one, one that is a chain. */
export function benchQueries(
  { spanCount, runCount }: { spanCount: number; runCount: number },
): void {
  benchShape(`traces of 10 spans`, splitIntoTraces(spanCount, 10), runCount);
  benchShape(`one trace`, splitIntoTraces(spanCount, spanCount), runCount);
  benchShape(`one trace, a chain`, splitIntoTraces(spanCount, spanCount, 1), runCount);
}

function benchShape(shape: string, traces: readonly Trace[], runCount: number): void {
  const spanCount = traces.reduce((sum, trace) => sum + trace.nodes.length, 0);
  const rows = QUERIES.map((text) => {
    const query = compileQuery(text);
    const times: number[] = [];
    let found = 0;
    for (let run = 0; run < runCount; run++) {
      const began = performance.now();
      found = 0;
      for (const trace of traces) found += query.findSpans(trace).length;
      times.push(performance.now() - began);
    }
    const shown = text.length > 60 ? `${text.slice(0, 40)} … (${text.length} characters)` : text;
    const rate = spanCount / median(times) / 1e3;
    return [shown, `${median(times).toFixed(0)} ms`, `${rate.toFixed(1)} M/s`, String(found)];
  });
  const count = spanCount.toLocaleString("en");
  printTable(
    `Queries over ${count} spans, ${shape}, medians of ${runCount} runs`,
    ["query", "time", "spans", "found"],
    rows,
  );
}

/** @param fanOut How many children a span has at most. */
function splitIntoTraces(spanCount: number, traceSize: number, fanOut = 4): Trace[] {
  const traces: Trace[] = [];
  for (let first = 0; first < spanCount; first += traceSize) {
    const traceId = `trace${first}`;
    const spans: Span[] = [];
    for (let index = 0; index < traceSize; index++) {
      spans.push(makeSpan(traceId, first + index, index, Math.floor((index - 1) / fanOut)));
    }
    traces.push(buildTrace(traceId, spans));
  }
  return traces;
}

function makeSpan(traceId: string, number: number, index: number, parent: number): Span {
  // Spread evenly, and the same in every run.
  const random = (Math.imul(number, 2_654_435_761) >>> 0) % 1_000;
  const start = 1_795_172_592_000_000_000n + BigInt(number) * 1_000n;
  return {
    traceId,
    spanId: `s${index}`,
    parentId: index === 0 ? undefined : `s${parent}`,
    name: `GET /users/${random}`,
    kind: (["http", "function", "sql"] as const)[index % 3],
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(random) * 1_000n,
    state: "ended",
    attributes: attributesOf(random),
    resource: RESOURCE,
  };
}

const RESOURCE = createAttributes([["service.name", "shop"], ["host.name", "h1"]]);

function attributesOf(random: number): Attributes {
  return createAttributes([
    ["method", "GET"],
    ["status", random < 20 ? "503" : "200"],
    ["query", "SELECT * FROM users WHERE id = ?"],
    ["rows", BigInt(random)],
  ]);
}
