import { assertEquals, assertRejects } from "@std/assert";
import { filterFeed } from "../../src/cli/filter_feed.ts";
import type { Span } from "../../src/model/span.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import type { FeedItem } from "../../src/tui/app.ts";
import { makeSpan } from "../assemble/_make_span.ts";

/** A feed that a test writes to, filtered. */
function startFeed(query: string): {
  readonly writer: WritableStreamDefaultWriter<FeedItem>;
  readonly filtered: AsyncGenerator<FeedItem>;
} {
  const { readable, writable } = new TransformStream<FeedItem, FeedItem>(undefined, undefined, {
    highWaterMark: 100,
  });
  return { writer: writable.getWriter(), filtered: filterFeed(readable, compileQuery(query)) };
}

function spans(...list: Span[]): FeedItem {
  return { type: "spans", spans: list };
}

async function nextIds(feed: AsyncGenerator<FeedItem>): Promise<string> {
  const { value } = await feed.next();
  if (value?.type !== "spans") throw new Error(`Not spans: ${JSON.stringify(value)}`);
  return [...value.spans].map(({ traceId, spanId }) => traceId + spanId).sort().join(" ");
}

Deno.test("a trace passes whole as soon as one of its spans is found, and so does what comes later", async () => {
  const { writer, filtered } = startFeed("name = b");
  writer.write(spans(makeSpan("a"), makeSpan("a", { traceId: "u" })));
  writer.write(spans(makeSpan("b", { parentId: "a" })));
  assertEquals(await nextIds(filtered), "ta tb");
  writer.write(spans(makeSpan("c"), makeSpan("c", { traceId: "u" })));
  assertEquals(await nextIds(filtered), "tc");
  writer.close();
  assertEquals(await filtered.next(), { done: true, value: undefined });
});

Deno.test("a query about traces is asked again when a trace changes, though the feed is quiet", async () => {
  const { writer, filtered } = startFeed("{ name = a } > { name = b }");
  writer.write(spans(makeSpan("a")));
  writer.write(spans(makeSpan("b", { parentId: "a" })));
  assertEquals(await nextIds(filtered), "ta tb");
  writer.write(spans(makeSpan("x", { traceId: "u" })));
  writer.write(
    spans(makeSpan("a", { traceId: "u" }), makeSpan("b", { traceId: "u", parentId: "a" })),
  );
  assertEquals(await nextIds(filtered), "ua ub ux");
  writer.close();
  await filtered.next();
});

Deno.test("what is there passes before the feed says that this was all, and its end is passed on", async () => {
  const { writer, filtered } = startFeed("{ } | count() > 1");
  writer.write({ type: "notice", text: "damaged" });
  writer.write(spans(makeSpan("a"), makeSpan("b")));
  writer.write({ type: "connection", connection: "end_of_file" });
  writer.close();
  const types: string[] = [];
  for await (const item of filtered) types.push(item.type);
  assertEquals(types, ["notice", "spans", "connection"]);
});

Deno.test("a feed that fails fails", async () => {
  const { writer, filtered } = startFeed("error");
  writer.abort(new Error("gone")).catch(() => {});
  await assertRejects(() => filtered.next(), Error, "gone");
});
