import { assert, assertEquals } from "@std/assert";
import { TraceFilter } from "../../src/cli/trace_filter.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { makeSpan } from "../assemble/_make_span.ts";

Deno.test("a trace that must make room is judged once more", () => {
  const filter = new TraceFilter(compileQuery("{ name = a } > { name = b }"));
  filter.add([makeSpan("a"), makeSpan("b", { parentId: "a" })]);
  for (let index = 0; index < 20_000; index++) {
    filter.add([makeSpan("x", { traceId: `u${index}` })]);
  }
  assertEquals(filter.takeReleased().map(({ spanId }) => spanId), ["a", "b"]);
  assert(filter.hasChanges);
  filter.judge();
  assert(!filter.hasChanges);
  assertEquals(filter.takeReleased(), []);
});

Deno.test("of the traces that passed the last ones are remembered", () => {
  const filter = new TraceFilter(compileQuery("name = hit"), { maxPassed: 2 });
  for (const traceId of ["t", "u", "v"]) filter.add([makeSpan("a", { traceId, name: "hit" })]);
  assertEquals(filter.takeReleased().length, 3);
  for (const traceId of ["t", "u", "v"]) filter.add([makeSpan("b", { traceId })]);
  assertEquals(filter.takeReleased().map(({ traceId }) => traceId), ["u", "v"]);
});
