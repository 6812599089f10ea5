import { buildTrace } from "../src/assemble/build_trace.ts";
import { TraceStore } from "../src/assemble/trace_store.ts";
import { createAttributes } from "../src/model/attributes.ts";
import type { Span } from "../src/model/span.ts";
import type { Trace } from "../src/model/trace.ts";
import { findSpans, textTest } from "../src/views/find_spans.ts";
import { FlameGraph } from "../src/views/flame_graph.ts";
import { foldSpan, foldToDepth, NO_FOLDS } from "../src/views/folds.ts";
import { minimap } from "../src/views/minimap.ts";
import { Playback } from "../src/views/playback.ts";
import { scatter } from "../src/views/scatter.ts";
import { spanDetails } from "../src/views/span_details.ts";
import { SpanRows } from "../src/views/span_rows.ts";
import { traceAt } from "../src/views/trace_at.ts";
import { median, printTable } from "./table.ts";

/** What both views compute before they draw: of a large trace, and of a list of as many small ones. */
export function benchViews(options: { spanCount: number; runCount: number }): void {
  const { spanCount } = options;
  for (const [shape, parentOf] of SHAPES) {
    const spans = makeSpans(spanCount, parentOf);
    benchTrace(
      `Layout of a trace of ${spanCount.toLocaleString("en")} spans, ${shape}`,
      spans,
      options,
    );
  }
  benchList(options);
}

const SHAPES: readonly (readonly [shape: string, parentOf: (index: number) => number])[] = [
  ["20 below each", (index) => Math.floor((index - 1) / 20)],
  ["all below one", () => 0],
  ["a chain", (index) => index - 1],
];

function benchTrace(
  title: string,
  spans: readonly Span[],
  { runCount }: { runCount: number },
): void {
  const middle = spans[0].startTimeUnixNano + 50_000_000n;
  const steps: readonly (readonly [name: string, step: (trace: Trace) => unknown])[] = [
    ["rows, the first time", (trace) => new SpanRows(trace)],
    ["rows, a span folded", (trace) => new SpanRows(trace, foldSpan(NO_FOLDS, "3", true))],
    ["rows, folded by level", (trace) => new SpanRows(trace, foldToDepth(NO_FOLDS, 3))],
    ["60 rows of a screen", (trace) => screen(new SpanRows(trace))],
    ["flame graph", (trace) => new FlameGraph(trace)],
    ["minimap", (trace) => minimap(trace, 1000)],
    ["details of a span", (trace) => spanDetails(trace, 5)],
    ["search for a text", (trace) => findSpans(trace, textTest("id = 99"))],
    ["as it was at a moment", (trace) => traceAt(trace, middle)],
  ];
  const times = steps.map((): number[] => []);
  for (let run = 0; run < runCount; run++) {
    // A trace of its own for each run: what is known of a trace is kept with it.
    const trace = buildTrace("t", spans);
    steps.forEach(([, step], place) => times[place].push(measure(() => step(trace))));
  }
  printTable(
    `${title}, ${runCount} runs`,
    ["step", "first run", "median"],
    steps.map(([name], place) => [name, ms(times[place][0]), ms(median(times[place]))]),
  );
}

function benchList({ spanCount, runCount }: { spanCount: number; runCount: number }): void {
  const store = new TraceStore({ maxTraces: spanCount, maxSpans: spanCount });
  for (const span of makeSpans(spanCount, () => 0)) {
    store.add({ ...span, traceId: span.spanId, parentId: undefined });
  }
  const playback = new Playback(store);
  const { fromUnixNano, toUnixNano } = playback;
  const moments = Array.from(
    { length: runCount },
    (_, run) => fromUnixNano + (toUnixNano - fromUnixNano) * BigInt(run) / BigInt(runCount),
  );
  const points = moments.map(() => measure(() => scatter(store)));
  const seeks = moments.map((moment) => measure(() => playback.seek(moment)));
  printTable(
    `List of ${spanCount.toLocaleString("en")} traces, ${runCount} runs`,
    ["step", "first run", "median"],
    [
      ["points of the list", ms(points[0]), ms(median(points))],
      ["another moment of a recording", ms(seeks[0]), ms(median(seeks))],
    ],
  );
}

function screen(rows: SpanRows): void {
  for (let row = 0; row < 60; row++) {
    rows.rowAt(row);
    rows.guidesOf(row, 12);
  }
}

/** Functions, and below them statements that differ in their values. */
function makeSpans(spanCount: number, parentOf: (index: number) => number): Span[] {
  return Array.from({ length: spanCount }, (_, index): Span => {
    const start = 1_773_223_200_000_000_000n + BigInt(index * 1000);
    const statement = `SELECT * FROM orders${index % 7} o JOIN users u ON u.id = o.user_id ` +
      `WHERE o.id = ${index} AND o.state = 'open' ORDER BY o.created LIMIT 10`;
    const isStatement = index > spanCount / 20;
    return {
      traceId: "t",
      spanId: `${index}`,
      ...(index > 0 && { parentId: `${parentOf(index)}` }),
      name: isStatement ? "query" : `handle ${index % 37}`,
      kind: isStatement ? "sql" : "function",
      service: index % 5 === 0 ? "shop" : "users",
      startTimeUnixNano: start,
      endTimeUnixNano: start + 5_000_000n,
      state: "ended",
      attributes: createAttributes(isStatement ? [["query", statement]] : [["user", "u"]]),
      ...(index % 1000 === 7 && { status: { code: "error" as const, message: "it failed" } }),
    };
  });
}

function measure(step: () => unknown): number {
  const began = performance.now();
  step();
  return performance.now() - began;
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}
