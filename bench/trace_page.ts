import { TraceStore } from "../src/assemble/trace_store.ts";
import { createAttributes } from "../src/model/attributes.ts";
import type { Span } from "../src/model/span.ts";
import type { Page, PageContext } from "../src/tui/page.ts";
import { createTracePage } from "../src/tui/trace_page.ts";
import { printTable } from "./table.ts";

/** Keys by what they do; all of a row are pressed one after the other. */
const KEYS: readonly (readonly [string, readonly string[]])[] = [
  ["next row", Array(200).fill("j")],
  ["page", Array(100).fill("pagedown")],
  ["first, last", Array(40).fill(["G", "g"]).flat()],
  ["fold, unfold", Array(40).fill(["space", "j"]).flat()],
  ["fold levels", Array(10).fill(["{", "{", "}", "}"]).flat()],
  ["next error", Array(40).fill("E")],
  ["critical path", Array(20).fill("c")],
  ["search", ["/", ..."op 77", "enter"]],
  ["next match", Array(40).fill("n")],
  ["zoom", Array(10).fill(["z", "Z"]).flat()],
  ["open flame graph", ["escape", "t"]],
  ["flame graph", [..."jjjjkkkkjlhl", "enter", "j", "k", "backspace"]],
];

/** How long the terminal's trace page takes from a key to its new frame. */
export function benchTracePage({ spanCount }: { spanCount: number }): void {
  const shapes: readonly (readonly [string, (at: number) => number])[] = [
    ["subtrees of ten", (at) => at % 10 === 0 ? 0 : at - at % 10],
    ["one parent of all", () => 0],
    ["a chain", (at) => at - 1],
  ];
  for (const [shape, parentOf] of shapes) benchShape(shape, spanCount, parentOf);
}

function benchShape(shape: string, spanCount: number, parentOf: (at: number) => number): void {
  const store = new TraceStore({ maxSpansPerTrace: spanCount });
  for (let at = 0; at < spanCount; at++) store.add(makeSpan(at, spanCount, parentOf(at)));
  const context: PageContext = {
    traces: store,
    size: { columns: 220, rows: 50 },
    nowUnixNano: undefined,
    offsetMinutes: 0,
    query: undefined,
    emptyHint: [],
  };
  const began = performance.now();
  store.trace("t");
  const built = performance.now();
  let page: Page = createTracePage({ traceId: "t" });
  page.frame(context);
  const opened = performance.now();
  const rows = [
    ["tree", milliseconds(built - began), ""],
    ["first frame", milliseconds(opened - built), ""],
  ];
  for (const [name, keys] of KEYS) {
    const times: number[] = [];
    for (const key of keys) {
      const pressed = performance.now();
      page = page.update({ type: "key", key }, context)?.page ?? page;
      page.frame(context);
      times.push(performance.now() - pressed);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): string => milliseconds(times[Math.floor(times.length * share)]);
    rows.push([name, at(0.5), at(0.95)]);
  }
  printTable(
    `A key to its new frame at 220×50, a trace of ${
      spanCount.toLocaleString("en")
    } spans, ${shape}`,
    ["key", "p50", "p95"],
    rows,
  );
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

function makeSpan(at: number, spanCount: number, parent: number): Span {
  const start = 1_795_172_592_000_000_000n + BigInt(at) * 10_000n;
  return {
    traceId: "t",
    spanId: `s${at}`,
    parentId: at === 0 ? undefined : `s${parent}`,
    name: `op ${at % 500}`,
    kind: at % 3 === 0 ? "sql" : "function",
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(spanCount - at) * 10_000n,
    state: "ended",
    service: `service ${at % 7}`,
    attributes: createAttributes([
      ["query", `SELECT ${at} FROM table${at % 50}`],
      ["error", at % 5_000 === 4_999 ? "deadlock detected" : ""],
    ]),
  };
}
