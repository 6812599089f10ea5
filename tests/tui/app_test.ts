import { assert, assertEquals, assertRejects } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { type FeedItem, runTui, type RunTuiOptions } from "../../src/tui/app.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { FakeTerminal } from "../terminal/_fake_terminal.ts";
import { openSpans, requestSpans } from "./_sample_traces.ts";

/** A feed that a test pushes into. */
class PushFeed implements AsyncIterable<FeedItem> {
  isReturned = false;
  readonly #items: FeedItem[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  push(item: FeedItem): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<FeedItem> {
    return {
      next: async () => {
        for (;;) {
          const item = this.#items.shift();
          if (item !== undefined) return { done: false, value: item };
          if (this.#isOver) return { done: true, value: undefined };
          await new Promise<void>((wake) => this.#wake = wake);
        }
      },
      return: () => {
        this.isReturned = true;
        this.end();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

function open(feed: AsyncIterable<FeedItem>, options: Partial<RunTuiOptions> = {}): {
  terminal: FakeTerminal;
  store: TraceStore;
  exit: ReturnType<typeof runTui>;
} {
  const terminal = new FakeTerminal();
  const store = new TraceStore();
  const exit = runTui({
    terminal,
    traces: store,
    add: (span) => store.add(span),
    feed,
    title: "session",
    isColored: false,
    now: () => EPOCH + 6_000_000_000n,
    ...options,
  });
  return { terminal, store, exit };
}

Deno.test("spans from the feed appear, and q ends the view and the feed", async () => {
  const feed = new PushFeed();
  const { terminal, exit } = open(feed, { emptyHint: ["Waiting"] });
  await terminal.until((output) => output.includes("Waiting"));
  feed.push({ type: "spans", spans: requestSpans("t") });
  await terminal.until((output) => output.includes("UserService.get"));
  feed.push({ type: "skipped", spanCount: 3 });
  await terminal.until((output) => output.includes("3 skipped"));
  terminal.type("q");
  assertEquals(await exit, { reason: "quit" });
  assertEquals([terminal.isRaw, terminal.isClosed, terminal.listenerCount], [false, true, 0]);
  assert(feed.isReturned);
});

Deno.test("a running span grows without anything arriving", async () => {
  let now = EPOCH + 1_000_000_000n;
  const feed = new PushFeed();
  const { terminal, exit } = open(feed, { now: () => now });
  feed.push({ type: "spans", spans: openSpans("t") });
  await terminal.until((output) => output.includes("running 1s…"));
  now += 1_000_000_000n;
  await terminal.until((output) => output.includes("running 2s…"));
  terminal.type("\x03");
  assertEquals(await exit, { reason: "quit" });
});

Deno.test("the end of the feed is told, in the feed's own words if it has some", async () => {
  const ended = new PushFeed();
  const first = open(ended);
  ended.end();
  await first.terminal.until((output) => output.includes("session ended"));
  first.terminal.type("q");
  await first.exit;

  const file = new PushFeed();
  const second = open(file, { connection: "loading" });
  file.push({ type: "connection", connection: "end_of_file" });
  file.end();
  await second.terminal.until((output) => output.includes("end of file"));
  second.terminal.type("q");
  await second.exit;
  assert(!second.terminal.output.includes("session ended"));
});

Deno.test("a feed that fails is told, and what it brought stays", async () => {
  const feed: AsyncIterable<FeedItem> = {
    async *[Symbol.asyncIterator](): AsyncGenerator<FeedItem> {
      yield { type: "spans", spans: requestSpans("t") };
      await Promise.resolve();
      throw new Error("Connection lost");
    },
  };
  const { terminal, store, exit } = open(feed);
  await terminal.until((output) => output.includes("Connection lost"));
  assertEquals(store.traceCount, 1);
  terminal.type("q");
  await exit;
});

Deno.test("a feed that never pauses leaves keys their turn", async () => {
  let at = 0;
  const feed: AsyncIterable<FeedItem> = {
    async *[Symbol.asyncIterator](): AsyncGenerator<FeedItem> {
      for (;;) {
        await Promise.resolve();
        yield { type: "spans", spans: requestSpans(`t${at++}`) };
      }
    },
  };
  const { terminal, exit } = open(feed);
  await terminal.until((output) => output.includes("UserService.get"));
  terminal.type("q");
  assertEquals(await exit, { reason: "quit" });
});

Deno.test("signals, a lost terminal and an abort end the view", async () => {
  const signalled = open(new PushFeed());
  signalled.terminal.raise("SIGTERM");
  assertEquals(await signalled.exit, { reason: "signal", signal: "SIGTERM" });

  const lost = open(new PushFeed());
  lost.terminal.hangUp();
  assertEquals(await lost.exit, { reason: "input_end" });

  const abort = new AbortController();
  const aborted = open(new PushFeed(), { signal: abort.signal });
  abort.abort();
  assertEquals(await aborted.exit, { reason: "aborted" });
  assertEquals((await open(new PushFeed(), { signal: abort.signal }).exit).reason, "aborted");
});

Deno.test("a new size is drawn at once", async () => {
  const { terminal, exit } = open(new PushFeed(), { emptyHint: ["Waiting"] });
  await terminal.until((output) => output.includes("Waiting"));
  terminal.currentSize = { columns: 30, rows: 6 };
  terminal.output = "";
  terminal.raise("SIGWINCH");
  await terminal.until((output) => output.includes("Waiting"));
  assert(!terminal.output.includes("\x1b[7;1H"));
  terminal.type("q");
  await exit;
});

Deno.test("a terminal that cannot be written to rejects, with everything let go", async () => {
  const terminal = new FakeTerminal();
  terminal.write = () => Promise.reject(new Error("Broken pipe"));
  const { exit } = open(new PushFeed(), { terminal });
  await assertRejects(() => exit, Error, "Broken pipe");
  assertEquals([terminal.isRaw, terminal.isClosed, terminal.listenerCount], [false, true, 0]);
});
