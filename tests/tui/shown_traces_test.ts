import { assertEquals } from "@std/assert";
import { compileQuery } from "../../src/query/compile_query.ts";
import { ShownTraces } from "../../src/tui/shown_traces.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { requestSpans, sampleStore } from "./_sample_traces.ts";

function ids({ list }: ShownTraces): string[] {
  return Array.from(
    { length: list.traceCount },
    (_, index) => list.entryAt(index)?.traceId ?? "",
  );
}

Deno.test("what is shown changes at once, and is told", () => {
  let changes = 0;
  using shown = new ShownTraces(sampleStore(), { onChange: () => changes++ });
  assertEquals(ids(shown).length, 6);
  shown.select(compileQuery("error"), undefined);
  assertEquals([ids(shown), changes], [["t2"], 1]);
  shown.select(undefined, "newest");
  assertEquals([ids(shown)[0], changes], ["t6", 2]);
  shown.select(undefined, undefined);
  assertEquals([ids(shown)[0], changes, shown.progress], ["t1", 3, undefined]);
});

Deno.test("what comes later is shown by itself, when it is what was asked for", async () => {
  const store = sampleStore();
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const query = compileQuery('name = "cache.put"');
  using shown = new ShownTraces(store, { query, onChange: () => resolve() });
  await changed;
  assertEquals(ids(shown), ["t1", "t5"]);
  for (const span of requestSpans("new", 9_000)) store.add(span);
  shown.follow();
  while (ids(shown).length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(ids(shown), ["t1", "t5", "new"]);
});

Deno.test("a recording is shown as it was at a moment, and whole again", () => {
  using shown = new ShownTraces(sampleStore(), { onChange: () => {} });
  shown.play(true);
  shown.playback?.seek(EPOCH + 1_010_000_000n);
  assertEquals(ids(shown), ["t1", "t2"]);
  assertEquals(shown.list.runningCount, 2);
  shown.play(false);
  assertEquals(ids(shown).length, 6);
});
