// Indexes a recording, chooses from it by a query, and prints what that took: started by `benchView`.
import { fileSource } from "../../src/cli/file_source.ts";
import { openTraceFeed } from "../../src/cli/trace_feed.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { TraceSelection } from "../../src/views/trace_selection.ts";

const TURN_MS = 8;
const [path, query] = Deno.args;

function usedBytes(): number {
  (globalThis as unknown as { gc(): void }).gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

using feed = await openTraceFeed(fileSource({ name: path, path }));
const before = usedBytes();
for await (const _event of feed.events(new AbortController().signal));
const indexBytes = usedBytes() - before;

const began = performance.now();
const selection = new TraceSelection(feed.traces, { where: compileQuery(query), sort: "duration" });
let longestTurnMs = 0;
for (let waitMs = 0; waitMs === 0;) {
  const turnBegan = performance.now();
  waitMs = selection.advance(turnBegan + TURN_MS);
  longestTurnMs = Math.max(longestTurnMs, performance.now() - turnBegan);
}
const selectMs = performance.now() - began;
const sortBegan = performance.now();
const sorted = selection.sortedBy("errors");
while (sorted.advance(performance.now() + TURN_MS) === 0);
console.log(JSON.stringify({
  indexBytes,
  traces: feed.traces.traceCount,
  selected: selection.traceCount,
  selectMs,
  longestTurnMs,
  sortMs: performance.now() - sortBegan,
}));
