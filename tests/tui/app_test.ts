import { assert, assertEquals, assertRejects } from "@std/assert";
import { compileQuery } from "../../src/query/compile_query.ts";
import { runTui, type RunTuiOptions } from "../../src/tui/app.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { FakeTerminal } from "../terminal/_fake_terminal.ts";
import { PushFeed } from "./_push_feed.ts";
import { openSpans, requestSpans } from "./_sample_traces.ts";

function open(feed: PushFeed, options: Partial<RunTuiOptions> = {}): {
  terminal: FakeTerminal;
  exit: ReturnType<typeof runTui>;
} {
  const terminal = new FakeTerminal();
  const exit = runTui({
    terminal,
    feed,
    title: "session",
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
  feed.add(requestSpans("t"));
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
  feed.add(openSpans("t"));
  await terminal.until((output) => output.includes("running 1s…"));
  now += 1_000_000_000n;
  await terminal.until((output) => output.includes("running 2s…"));
  terminal.type("\x03");
  assertEquals(await exit, { reason: "quit" });
});

Deno.test("the end of the feed is told", async () => {
  for (
    const [connection, told] of [["ended", "session ended"], [
      "end_of_file",
      "end of file",
    ]] as const
  ) {
    const feed = new PushFeed({ connection: connection === "ended" ? "live" : "loading" });
    const { terminal, exit } = open(feed);
    feed.push({ type: "connection", connection });
    await terminal.until((output) => output.includes(told));
    terminal.type("q");
    await exit;
  }
});

Deno.test("a feed that fails is told in its own words, and what it brought stays", async () => {
  const feed = new PushFeed();
  feed.add(requestSpans("t"));
  feed.push({ type: "connection", connection: "failed", text: "Connection lost" });
  const { terminal, exit } = open(feed);
  await terminal.until((output) =>
    output.includes("Connection lost") && output.includes("UserService.get")
  );
  terminal.type("q");
  await exit;
});

Deno.test("only traces in which the query finds something are shown", async () => {
  const feed = new PushFeed();
  const { terminal, exit } = open(feed, { where: compileQuery("{ rootName = hit }") });
  for (const name of ["miss", "hit"]) {
    feed.add(requestSpans(name).map((span) => span.parentId ? span : { ...span, name }));
  }
  await terminal.until((output) => output.includes("1 trace") && output.includes("hit"));
  assert(!terminal.output.includes("miss"));
  terminal.type("q");
  await exit;
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
