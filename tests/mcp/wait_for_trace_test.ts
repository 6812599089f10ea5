import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ToolError } from "../../src/mcp/tool_error.ts";
import { formatTimestamp } from "../../src/model/time.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";
import { callTool, FakeSource, namedCall } from "./_sources.ts";

function session(): FakeSource {
  return new FakeSource("session", [makeSpan("old", { traceId: "old", name: "hello", ms: 1 })], {
    isLive: true,
  });
}

/** Resolves once somebody waits for what a source sends. */
async function untilWatched(source: FakeSource): Promise<void> {
  while (source.watcherCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("a wait ends with the first trace that matches and has finished", async () => {
  const source = session();
  const answer = callTool("wait_for_trace", { query: "hello" }, [source]);
  await untilWatched(source);
  source.send(makeSpan("other", { traceId: "t1", ms: 1 }));
  const start = { traceId: "t2", name: "hello" };
  source.send(makeSpan("s", start));
  source.send(makeSpan("s", { ...start, ms: 5 }));
  assertStringIncludes(await answer, "#t2   hello  5ms");
  assertEquals(namedCall(await answer, "trace_outline"), { trace_id: "t2" });
  assertEquals(source.watcherCount, 0);
});

Deno.test("what is there already is taken if it was still going on at `since`", async () => {
  const end = formatTimestamp(EPOCH + 1_000_000n);
  const found = await callTool("wait_for_trace", { since: end, timeout_s: 60 }, [session()]);
  assertStringIncludes(found, "#old   hello");
  const after = formatTimestamp(EPOCH + 1_000_001n);
  const none = await callTool("wait_for_trace", { since: after, timeout_s: 0 }, [session()]);
  assertStringIncludes(none, "0 traces seen");
});

Deno.test("a wait in vain says so, what matches and runs, and how to go on without missing anything", async () => {
  const source = session();
  const answer = callTool("wait_for_trace", { query: "hang", timeout_s: 0.3 }, [source]);
  await untilWatched(source);
  source.send(makeSpan("s", { traceId: "t2", name: "hang" }));
  assertStringIncludes(await answer, "1 trace seen, none matches");
  assertStringIncludes(await answer, "#t2   hang");
  const next = namedCall(await answer, "wait_for_trace");
  assertEquals(Object.keys(next).sort(), ["query", "since", "timeout_s"]);
  const running = await callTool("wait_for_trace", {
    query: "hang",
    since: "1000000h",
    running: true,
  }, [source]);
  assertStringIncludes(running, "#t2   hang");
});

Deno.test("a wait tells how it stands, and ends when it is cancelled", async () => {
  const source = session();
  const told = Promise.withResolvers<string>();
  const cancel = new AbortController();
  const answer = callTool("wait_for_trace", { query: "nothing", timeout_s: 300 }, [source], {
    signal: cancel.signal,
    onProgress: (seconds, total, message) => told.resolve(`${seconds > 0} ${total} ${message}`),
  });
  assertEquals(await told.promise, "true 300 0 traces seen, none matches");
  cancel.abort();
  await assertRejects(() => answer, ToolError, "cancelled");
  assertEquals(source.watcherCount, 0);
});

Deno.test("a wait ends with its session", async () => {
  const source = session();
  const answer = callTool("wait_for_trace", { query: "nothing" }, [source]);
  await untilWatched(source);
  source.isLive = false;
  assertStringIncludes(await answer, "The session has ended: 0 traces seen");
});

Deno.test("nothing is waited for where nothing can come, or since when is not clear", async () => {
  const file = new FakeSource("file", []);
  await assertRejects(() => callTool("wait_for_trace", {}, [file]), ToolError, "use search_traces");
  const wrong = () => callTool("wait_for_trace", { since: "noon" }, [session()]);
  const error = await assertRejects(wrong, ToolError);
  assert(error.message.startsWith('Cannot read since "noon": give a time such as 2'));
});

Deno.test("without a session one is waited for", async () => {
  const answer = await callTool("wait_for_trace", { timeout_s: 0.01 }, []);
  assertStringIncludes(answer, "No session has started within 0.01 s");
});
