import { assert, assertEquals, assertRejects } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import { runTui, type RunTuiOptions } from "../../src/tui/app.ts";
import type { Connection, FeedEvent, TraceFeed } from "../../src/views/trace_feed.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { FakeTerminal } from "../terminal/_fake_terminal.ts";
import { openSpans, requestSpans } from "./_sample_traces.ts";

/** A feed that a test pushes into. */
class PushFeed implements TraceFeed {
  readonly title = "session";
  readonly isRecording = false;
  readonly progress = undefined;
  readonly traces = new TraceStore();
  readonly connection: Connection;
  isLeft = false;
  readonly #events: FeedEvent[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(connection: Connection = "live") {
    this.connection = connection;
  }

  push(event: FeedEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  pushSpans(spans: readonly Span[]): void {
    for (const span of spans) this.traces.add(span);
    this.push({ type: "changed" });
  }

  end(connection: Connection = "ended"): void {
    this.#isOver = true;
    this.push({ type: "connection", connection });
  }

  async *events(signal: AbortSignal): AsyncGenerator<FeedEvent> {
    signal.addEventListener("abort", () => {
      this.isLeft = this.#isOver = true;
      this.#wake?.();
    });
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) yield event;
      else if (this.#isOver) return;
      else await new Promise<void>((wake) => this.#wake = wake);
    }
  }

  [Symbol.dispose](): void {}
}

function open(feed: TraceFeed, options: Partial<RunTuiOptions> = {}): {
  terminal: FakeTerminal;
  exit: ReturnType<typeof runTui>;
} {
  const terminal = new FakeTerminal();
  const exit = runTui({
    terminal,
    feed,
    isColored: false,
    now: () => EPOCH + 6_000_000_000n,
    ...options,
  });
  return { terminal, exit };
}

Deno.test("spans from the feed appear, and q ends the view and the feed", async () => {
  const feed = new PushFeed();
  const { terminal, exit } = open(feed, { emptyHint: ["Waiting"] });
  await terminal.until((output) => output.includes("Waiting"));
  feed.pushSpans(requestSpans("t"));
  await terminal.until((output) => output.includes("UserService.get"));
  feed.push({ type: "skipped", spanCount: 3 });
  await terminal.until((output) => output.includes("3 skipped"));
  terminal.type("q");
  assertEquals(await exit, { reason: "quit" });
  assertEquals([terminal.isRaw, terminal.isClosed, terminal.listenerCount], [false, true, 0]);
  assert(feed.isLeft);
});

Deno.test("a running span grows without anything arriving", async () => {
  let now = EPOCH + 1_000_000_000n;
  const feed = new PushFeed();
  const { terminal, exit } = open(feed, { now: () => now });
  feed.pushSpans(openSpans("t"));
  await terminal.until((output) => output.includes("running 1s…"));
  now += 1_000_000_000n;
  await terminal.until((output) => output.includes("running 2s…"));
  terminal.type("\x03");
  assertEquals(await exit, { reason: "quit" });
});

Deno.test("the end of the feed is told", async () => {
  for (
    const [connection, text] of [["ended", "session ended"], [
      "end_of_file",
      "end of file",
    ]] as const
  ) {
    const feed = new PushFeed("loading");
    const { terminal, exit } = open(feed);
    await terminal.until((output) => output.includes("loading"));
    feed.end(connection);
    await terminal.until((output) => output.includes(text));
    terminal.type("q");
    await exit;
  }
});

Deno.test("a feed that fails is told, and what it brought stays", async () => {
  const feed = new PushFeed();
  const { terminal, exit } = open(feed);
  feed.pushSpans(requestSpans("t"));
  feed.push({ type: "connection", connection: "failed", text: "Connection lost" });
  await terminal.until((output) => output.includes("Connection lost"));
  assert(terminal.output.includes("UserService.get"));
  terminal.type("q");
  await exit;
});

Deno.test("a feed that never pauses leaves keys their turn", async () => {
  let at = 0;
  const feed = new PushFeed();
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  feed.events = async function* (signal): AsyncGenerator<FeedEvent> {
    try {
      while (!signal.aborted) {
        for (const span of requestSpans(`t${at++}`)) feed.traces.add(span);
        // As feeds do, see `TraceFeed.events`.
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield { type: "changed" };
      }
    } finally {
      leave();
    }
  };
  const { terminal, exit } = open(feed);
  await terminal.until((output) => output.includes("UserService.get"));
  terminal.type("q");
  assertEquals(await exit, { reason: "quit" });
  await left;
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
