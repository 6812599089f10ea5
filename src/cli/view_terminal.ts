import { openTerminal } from "../terminal/open_terminal.ts";
import { runTui } from "../tui/app.ts";
import { ObservedFeed } from "../web/observed_feed.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { BrowserView } from "./browser_view.ts";
import { type CliIo, wantsColor } from "./io.ts";
import { openTraceFeed, type TraceFeedOptions } from "./trace_feed.ts";
import type { SpanSource } from "./span_source.ts";

/** How a source is shown. */
export interface ShowSourceOptions extends TraceFeedOptions {
  /** Only traces in which it finds something are shown. */
  readonly where: SpanQuery | undefined;
  /** Whether to stay at the newest trace of a session. */
  readonly isFollowing: boolean;
  /** Whether the mouse is listened to. */
  readonly hasMouse: boolean;
}

/** Shows a source in the terminal until the user quits. */
export async function showSource(
  io: CliIo,
  source: SpanSource,
  options: ShowSourceOptions,
): Promise<void> {
  const { where, isFollowing } = options;
  using feed = new ObservedFeed(await openTraceFeed(source, options));
  await using browser = new BrowserView(io, feed);
  await runTui({
    terminal: openTerminal(),
    feed,
    query: where,
    hasMouse: options.hasMouse,
    browse: (path) => browser.open(path),
    isColored: wantsColor(io, io.stdout),
    isFollowing: isFollowing && source.isLive,
    emptyHint: emptyHint(source),
    offsetMinutes: -new Date().getTimezoneOffset(),
    signal: io.signal,
  });
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
