import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import {
  Collector,
  decodeEvent,
  encodeEvent,
  EventType,
  newSpanEndEvent,
  newSpanStartEvent,
  Span,
  SpanKind,
  ViewClient,
  ViewServer,
} from "../../src/gotrace/mod.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

function span(id: string, fields: Partial<Span> = {}): Span {
  return new Span({
    id,
    traceId: "t",
    name: id,
    kind: SpanKind.function,
    startTimeUnixNano: 1_773_223_200_000_000_001n,
    endTimeUnixNano: 1_773_223_200_000_000_003n,
    ...fields,
  });
}

Deno.test("an event is the line that Go writes, and back", () => {
  const start = newSpanStartEvent(
    { spanId: "a2", traceId: "t1", parentId: "a1" },
    "UserService.Get",
    SpanKind.function,
    1773223200123458289n,
  );
  const line =
    '{"type":0,"span_id":"a2","trace_id":"t1","parent_id":"a1","name":"UserService.Get","kind":0,"time":"2026-03-11T10:00:00.123458289Z"}\n';
  assertEquals(encodeEvent(start), line);
  assertEquals(decodeEvent(line).timeUnixNano, start.timeUnixNano);
  const end = newSpanEndEvent({ spanId: "a2", traceId: "t1" }, 1773223200000000000n, { a: "b" });
  assertEquals(end.type, EventType.spanEnd);
  assertEquals(
    encodeEvent(end),
    '{"type":1,"span_id":"a2","trace_id":"t1","name":"","kind":0,"time":"2026-03-11T10:00:00Z","attrs":{"a":"b"}}\n',
  );
});

Deno.test("a span is a value: changing it gives another", () => {
  const child = span("child");
  const root = span("root");
  const changed = root.withParentID("p").withAttr("__proto__", "x").withChild(child);
  assertEquals([root.parentId, Object.keys(root.attrs), root.children.length], [undefined, [], 0]);
  assertEquals(changed.parentId, "p");
  assertEquals(Object.entries(changed.attrs), [["__proto__", "x"]]);
  assertEquals(changed.children, [child]);
  assertEquals(changed.duration(), 2n);
  const copy = changed.clone();
  assertEquals(copy, changed);
  assertNotStrictEquals(copy.children[0], changed.children[0]);
});

Deno.test("a tree 100,000 levels deep is cloned", () => {
  let deep = span("leaf");
  for (let level = 0; level < 100_000; level++) deep = span("node").withChild(deep);
  assertEquals(deep.clone().children[0].children[0].name, "node");
});

Deno.test("the collector gives the tree, with children that end after the root", async () => {
  await inTemporaryFolder(async (folder) => {
    const stop = new AbortController();
    const collector = new Collector(`${folder}/s`);
    const completed: string[] = [];
    const isComplete = new Promise<void>((resolve) => {
      collector.onSpanComplete((traceId, each) => {
        completed.push(`${traceId}/${each.name}`);
        if (completed.length === 3) resolve();
      });
    });
    await collector.listen(stop.signal);
    const serving = collector.serve();
    const ids = { traceId: "t" };
    await sendEvents(
      collector.socketPath,
      [
        newSpanStartEvent({ ...ids, spanId: "r" }, "root", SpanKind.http, 1n),
        newSpanStartEvent({ ...ids, spanId: "c", parentId: "r" }, "child", SpanKind.sql, 2n),
        newSpanStartEvent({ ...ids, spanId: "l", parentId: "r" }, "late", 7, 3n),
        newSpanEndEvent({ ...ids, spanId: "c" }, 4n, { query: "SELECT 1" }),
        newSpanEndEvent({ ...ids, spanId: "r" }, 5n),
        newSpanEndEvent({ ...ids, spanId: "l" }, 6n),
        newSpanStartEvent({ traceId: "t2", spanId: "r" }, "never ends", 0, 7n),
      ].map(encodeEvent).join(""),
    );
    await isComplete;
    assertEquals(completed, ["t/child", "t/root", "t/late"]);
    const traces = collector.traces();
    const [root] = traces.get("t") ?? [];
    assertEquals([root.name, root.kind, root.children.map((each) => each.name)], [
      "root",
      SpanKind.http,
      ["child", "late"],
    ]);
    assertEquals(root.children[0].attrs.query, "SELECT 1");
    assertEquals(root.children[1].kind, 7);
    assertEquals(traces.get("t2")?.map((each) => [each.name, each.isUnfinished]), [
      ["never ends", true],
    ]);
    stop.abort();
    await serving;
    assertEquals([...Deno.readDirSync(folder)], []);
    const { received, accepted, unfinished } = collector.counters;
    assertEquals([received, accepted, unfinished], [7, 7, 1]);
  });
});

Deno.test("a listener that throws harms neither the collector nor other listeners", async () => {
  await inTemporaryFolder(async (folder) => {
    const errors: string[] = [];
    const onError = (event: ErrorEvent): void => {
      event.preventDefault();
      errors.push(event.error.message);
    };
    globalThis.addEventListener("error", onError);
    await using collector = new Collector(`${folder}/s`);
    collector.onSpanComplete(() => {
      throw new Error("mine");
    });
    const isComplete = new Promise<void>((resolve) => collector.onSpanComplete(() => resolve()));
    await collector.listen();
    const serving = collector.serve();
    await sendEvents(collector.socketPath, ...[
      encodeEvent(newSpanStartEvent({ spanId: "a", traceId: "t" }, "a", 0, 1n)),
      encodeEvent(newSpanEndEvent({ spanId: "a", traceId: "t" }, 2n)),
    ]);
    await isComplete;
    await collector.close();
    await serving;
    globalThis.removeEventListener("error", onError);
    assertEquals(errors, ["mine"]);
  });
});

Deno.test("serving without listening says what to do", async () => {
  await assertRejects(() => new Collector("/nowhere").serve(), Error, "call listen() first");
  await assertRejects(() => new ViewServer("/nowhere").serve(), Error, "call listen() first");
});

Deno.test("a view client receives what the view server broadcasts", async () => {
  await inTemporaryFolder(async (folder) => {
    const server = new ViewServer(`${folder}/view`);
    await server.listen();
    const serving = server.serve();
    const client = new ViewClient(server.socketPath);
    const received: Span[] = [];
    const running = client.run((_traceId, each) => received.push(each));
    while (server.connCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const tree = span("root", { kind: SpanKind.http, attrs: { path: "/" } })
      .withChild(span("child", { parentId: "root" }));
    server.broadcast(tree);
    await server.close();
    await serving;
    await running;
    assertEquals(received.map((each) => [each.name, each.parentId, each.duration()]), [
      ["child", "root", 2n],
      ["root", undefined, 2n],
    ]);
    assertEquals(received[1].attrs.path, "/");
    assertEquals(server.connCount, 0);
  });
});

Deno.test("a view client stops when told to, and says when nobody listens", async () => {
  await inTemporaryFolder(async (folder) => {
    await using server = new ViewServer(`${folder}/view`);
    await server.listen();
    const serving = server.serve();
    const stop = new AbortController();
    const running = new ViewClient(server.socketPath).run(() => {}, stop.signal);
    while (server.connCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await running;
    await server.close();
    await serving;
    const error = await assertRejects(() => new ViewClient(`${folder}/none`).run(() => {}));
    assert((error as { code?: string }).code === "ENOENT");
  });
});
