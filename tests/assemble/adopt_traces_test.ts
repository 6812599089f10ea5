import { assertEquals } from "@std/assert";
import { adoptStartedTraces, linkToStarted } from "../../src/assemble/adopt_traces.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import { makeSpan } from "./_make_span.ts";

function names(trace: ReturnType<typeof buildTrace>): string[] {
  return trace.nodes.map(({ span, depth }) => " ".repeat(depth) + span.name);
}

const JOB = buildTrace("t1", [
  makeSpan("a", { traceId: "t1", ms: 5, at: 1, name: "job" }),
  makeSpan("b", { traceId: "t1", parentId: "a", ms: 4, at: 2, name: "step" }),
]);
/** With the same span ids. */
const OTHER = buildTrace("t2", [makeSpan("a", { traceId: "t2", ms: 5, at: 3, name: "other" })]);

Deno.test("traces that a command's span links to as started stand below it", () => {
  const links = [JOB, OTHER].map(({ rootSpan }) => linkToStarted(rootSpan));
  const command = buildTrace("t0", [
    makeSpan("a", { traceId: "t0", ms: 9, name: "command", links }),
  ]);
  assertEquals(adoptStartedTraces([JOB, command, OTHER]).map(names), [
    ["command", " job", "  step", " other"],
  ]);
});

Deno.test("links of other kinds, to nothing or in a ring change nothing", () => {
  const plain = { ...linkToStarted(JOB.rootSpan), attributes: {} };
  const gone = linkToStarted({ traceId: "t9", spanId: "x" });
  const own = linkToStarted({ traceId: "t0", spanId: "a" });
  const command = buildTrace("t0", [
    makeSpan("a", { traceId: "t0", ms: 9, name: "command", links: [plain, gone, own] }),
  ]);
  assertEquals(adoptStartedTraces([JOB, command]), [JOB, command]);
});
