import { assertEquals, assertRejects } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { QueryError } from "../../src/query/query_error.ts";
import { ListChoices } from "../../src/web/list_choices.ts";
import { makeSpan } from "./_served.ts";

Deno.test("selections are kept between requests, so many and so long", async () => {
  const { signal } = new AbortController();
  const traces = new TraceStore();
  traces.add(makeSpan({ traceId: "t" }));
  const choices = new ListChoices(traces, { signal, maxChoices: 2 });
  const { list } = await choices.choose({ where: "error", sort: "newest" });
  assertEquals((await choices.choose({ where: "error", sort: "newest" })).list, list);
  await choices.choose({ where: "error", sort: "start" });
  await choices.choose({ where: "", sort: "start" });
  assertEquals(choices.size, 2);
  await assertRejects(() => choices.choose({ where: "{", sort: "start" }), QueryError);
  assertEquals(choices.size, 2);
  const short = new ListChoices(traces, { signal, keptMs: -1 });
  const first = await short.choose({ where: "", sort: "name" });
  assertEquals((await short.choose({ where: "", sort: "name" })).list === first.list, false);
  assertEquals(short.size, 1);
});
