// Shows the sample traces in the terminal it is started in; for tests in a real terminal. The
// argument `file` makes it show them as a file, `throw` makes it fail once it shows them.
import { openTerminal } from "../../src/terminal/open_terminal.ts";
import { runTui } from "../../src/tui/app.ts";
import type { FeedEvent } from "../../src/views/trace_feed.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { feedOf, sampleStore } from "./_sample_traces.ts";

const isFile = Deno.args[0] === "file";

const feed = feedOf(
  sampleStore(),
  isFile ? { title: "run.jsonl", connection: "loading" } : { title: "session 4711" },
);

async function* events(): AsyncGenerator<FeedEvent> {
  if (isFile) {
    yield { type: "connection", connection: "end_of_file" };
    return;
  }
  if (Deno.args[0] === "throw") {
    setTimeout(() => {
      throw new Error("thrown on purpose");
    }, 100);
  }
  await new Promise<void>(() => {});
}

const exit = await runTui({
  terminal: openTerminal(),
  feed: { ...feed, events },
  isColored: true,
  now: () => EPOCH + 7_000_000_000n,
});
console.log(`left by ${exit.reason}`);
Deno.exit(0);
