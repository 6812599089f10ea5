import { TraceStore } from "../assemble/trace_store.ts";
import { openTerminal } from "../terminal/open_terminal.ts";
import { type FeedItem, runTui } from "../tui/app.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { type CliIo, wantsColor } from "./io.ts";
import type { SpanSource } from "./span_source.ts";

/** Shows a source in the terminal until the user quits; of the traces those that a query finds, if any. */
export async function showSource(
  io: CliIo,
  source: SpanSource,
  { where, isFollowing }: { where: SpanQuery | undefined; isFollowing: boolean },
): Promise<void> {
  const feed = readFeed(source, io.signal);
  const store = new TraceStore({ maxSpansPerTrace: 1_000_000 });
  await runTui({
    terminal: openTerminal(),
    traces: store,
    add: (span) => store.add(span),
    feed,
    query: where,
    title: source.title,
    isColored: wantsColor(io, io.stdout),
    connection: source.isLive ? "live" : "loading",
    isFollowing: isFollowing && source.isLive,
    emptyHint: emptyHint(source),
    offsetMinutes: -new Date().getTimezoneOffset(),
    signal: io.signal,
  });
}

async function* readFeed(source: SpanSource, signal: AbortSignal): AsyncGenerator<FeedItem> {
  for await (const message of source.read(signal)) {
    yield message.type === "live" ? { type: "connection", connection: "live" } : message;
  }
  yield { type: "connection", connection: source.isLive ? "ended" : "end_of_file" };
}

function emptyHint(source: SpanSource): string[] {
  if (!source.isLive) return ["This file has no spans."];
  return [
    "No spans yet. Run a program with:",
    "  trace run -- COMMAND",
    "or point it here:",
    `  export TRACE_SOCKET=${source.socket ?? "<the session's socket>"}`,
  ];
}
