import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CommandError } from "../../src/cli/command_error.ts";
import { fileSource } from "../../src/cli/file_source.ts";
import type { SourceMessage, SpanSource } from "../../src/cli/span_source.ts";
import { openTraceFeed } from "../../src/cli/trace_feed.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import type { FeedEvent, TraceFeed } from "../../src/views/trace_feed.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const signal = new AbortController().signal;

function sourceOf(messages: readonly SourceMessage[], isLive: boolean, error?: Error): SpanSource {
  return {
    title: "fake",
    isLive,
    async *read(): AsyncGenerator<SourceMessage> {
      yield* messages;
      if (error !== undefined) throw error;
    },
  };
}

function spansOf(...traceIds: string[]): SourceMessage {
  return { type: "spans", spans: traceIds.map((traceId) => makeSpan("1", { traceId, ms: 1 })) };
}

/** All events but those that say that something changed, in a row. */
async function eventsOf(feed: TraceFeed): Promise<FeedEvent[]> {
  const events: FeedEvent[] = [];
  for await (const event of feed.events(signal)) {
    if (event.type !== "changed") events.push(event);
  }
  return events;
}

async function record(path: string, spanCount: number): Promise<void> {
  const writer = await RecordingWriter.open(path);
  let text = "";
  for (let span = 0; span < spanCount; span++) {
    text += encodeSpanLine(makeSpan(`${span}`, { traceId: `${span % 10}`, ms: 1 }));
  }
  writer.write({ lines: new TextEncoder().encode(text), spanCount });
  await writer.close();
}

Deno.test("a session's traces are there when it is live, and it ends", async () => {
  const skipped: SourceMessage = { type: "skipped", spanCount: 3 };
  const messages: SourceMessage[] = [spansOf("a", "b"), { type: "live" }, skipped, spansOf("c")];
  using feed = await openTraceFeed(sourceOf(messages, true));
  assertEquals([feed.connection, feed.isRecording, feed.progress], ["live", false, undefined]);
  assertEquals(await eventsOf(feed), [
    { type: "connection", connection: "live" },
    skipped,
    { type: "connection", connection: "ended" },
  ]);
  assertEquals(feed.traces.traceCount, 3);
});

Deno.test("a source that fails says why, and what it had told stays", async () => {
  using feed = await openTraceFeed(sourceOf([spansOf("a")], true, new Error("it broke")));
  assertEquals(await eventsOf(feed), [
    { type: "connection", connection: "failed", text: "it broke" },
  ]);
  assertEquals(feed.traces.traceCount, 1);
});

Deno.test("what does not fit is said, with the bounds and the options for them", async () => {
  const messages = [spansOf("a", "b", "c"), spansOf("d")];
  using session = await openTraceFeed(sourceOf(messages, true), { maxTraces: 2 });
  const [told, ...others] = await eventsOf(session);
  assertEquals(told, {
    type: "notice",
    text: "The oldest traces are forgotten from now on: 1,000,000 spans and 2 traces are kept; " +
      "--max-spans N and --max-traces N keep more",
  });
  assertEquals(others, [{ type: "connection", connection: "ended" }]);
  using file = await openTraceFeed(sourceOf(messages, false), { maxSpans: 3 });
  const notices = (await eventsOf(file)).filter(({ type }) => type === "notice");
  assertEquals(notices.at(-1), {
    type: "notice",
    text: "1 span of fake was forgotten: 3 spans are kept; --max-spans N keeps more",
  });
});

Deno.test("traces that a query finds are kept longer than others", async () => {
  const messages = [spansOf("wanted"), ...[..."abcdefgh"].map((id) => spansOf(id))];
  const where = compileQuery("traceID = wanted");
  using feed = await openTraceFeed(sourceOf(messages, true), { maxTraces: 4, where });
  await eventsOf(feed);
  assertEquals(feed.traces.entryAt(0)?.traceId, "wanted");
  assertEquals(feed.traces.traceCount, 4);
});

Deno.test("a plain recording is shown whole, and its spans stay in the file", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path, 1_000);
    using feed = await openTraceFeed(fileSource({ name: path, path }), { maxSpans: 3 });
    assertEquals([feed.connection, feed.isRecording, feed.progress], ["loading", true, 0]);
    assertEquals(await eventsOf(feed), [{ type: "connection", connection: "end_of_file" }]);
    assertEquals([feed.traces.spanCount, feed.traces.traceCount, feed.progress], [1_000, 10, 1]);
    assertEquals(feed.traces.trace("7")?.nodes.length, 100);
    await Deno.remove(path);
    await record(path, 10);
    feed[Symbol.dispose]();
    let message = "";
    try {
      feed.traces.trace("8");
    } catch (error) {
      message = (error as Error).message;
    }
    assertStringIncludes(message, "has changed while it was read");
  }));

Deno.test("a packed recording is kept in memory", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl.gz`;
    await record(path, 100);
    using feed = await openTraceFeed(fileSource({ name: path, path }));
    assertEquals(feed.progress, undefined);
    assertEquals(await eventsOf(feed), [{ type: "connection", connection: "end_of_file" }]);
    await Deno.remove(path);
    assertEquals(feed.traces.trace("7")?.nodes.length, 10);
  }));

Deno.test("a file that is not there is an error before anything is shown", async () => {
  const source = fileSource({ name: "nope", path: "/nonexistent/nope" });
  await assertRejects(() => openTraceFeed(source), CommandError, "no such file");
});

Deno.test("nothing more is told once the signal is aborted", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path, 100);
    const stopped = AbortSignal.abort();
    const sources = [fileSource({ name: path, path }), sourceOf([spansOf("a")], true)];
    for (const source of sources) {
      using feed = await openTraceFeed(source);
      for await (const event of feed.events(stopped)) throw new Error(`told of ${event.type}`);
    }
  }));

Deno.test("a source that never pauses leaves timers their turn", async () => {
  const stop = new AbortController();
  const endless: SpanSource = {
    title: "endless",
    isLive: true,
    async *read(): AsyncGenerator<SourceMessage> {
      for (;;) yield spansOf("a", "b");
    },
  };
  using feed = await openTraceFeed(endless);
  const timer = setTimeout(() => stop.abort());
  for await (const event of feed.events(stop.signal)) assertEquals(event.type, "changed");
  clearTimeout(timer);
});

Deno.test("while it is paused spans wait and the traces stay as they are; then all of them come", async () => {
  const messages: SourceMessage[] = [spansOf("a"), spansOf("b"), spansOf("c")];
  using feed = await openTraceFeed(sourceOf(messages, true));
  const counts: [traces: number, waiting: number | undefined][] = [];
  const ids = (): string[] => [..."abc"].filter((id) => feed.traces.entryOf(id) !== undefined);
  for await (const { type } of feed.events(signal)) {
    if (type === "changed") counts.push([feed.traces.traceCount, feed.waitingSpanCount]);
    if (feed.traces.traceCount === 1) feed.pause?.(true);
    if (feed.waitingSpanCount === 2) {
      assertEquals(ids(), ["a"]);
      // The source has ended meanwhile.
      setTimeout(() => feed.pause?.(false));
    }
  }
  assertEquals(ids(), ["a", "b", "c"]);
  assertEquals(counts.at(-1), [3, 0]);
  // In between a busy machine may be told of each change, or of several at once.
  assert(counts.some(([traceCount, waiting]) => traceCount === 1 && waiting === 2));
  assert(counts.every(([traceCount, waiting]) => waiting === 0 || traceCount === 1));
});

Deno.test("no more than 100,000 spans wait: then nothing is read", async () => {
  let readCount = 0;
  const stop = new AbortController();
  const endless: SpanSource = {
    title: "endless",
    isLive: true,
    async *read(): AsyncGenerator<SourceMessage> {
      const { spans } = spansOf(...Array(1_000).fill("a")) as SourceMessage & { type: "spans" };
      for (;; readCount++) yield { type: "spans", spans };
    },
  };
  using feed = await openTraceFeed(endless);
  feed.pause?.(true);
  const events = feed.events(stop.signal);
  while (feed.waitingSpanCount !== 100_000) await events.next();
  const next = events.next();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(feed.waitingSpanCount, 100_000);
  assertEquals(readCount, 100);
  stop.abort();
  assertEquals((await next).done, true);
});
