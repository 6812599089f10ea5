import { setPriority } from "node:os";
import { hasDisplay, openBrowser } from "../runtime/open_browser.ts";
import type { CliIo, Output } from "./io.ts";
import type { HostPort } from "./host_port.ts";
import { serveWeb } from "./serve_web.ts";
import { printNotice } from "./session_options.ts";
import type { SpanSource } from "./span_source.ts";
import { openTraceFeed, type TraceFeedOptions } from "./trace_feed.ts";
import { ObservedFeed } from "../web/observed_feed.ts";
import { pacedSource } from "./paced_source.ts";

/** Options of {@linkcode showSourceInBrowser}. */
export interface ViewWebOptions extends TraceFeedOptions {
  readonly address: HostPort | undefined;
  /** Whether to open the browser, if there is one. */
  readonly isOpening: boolean;
  readonly isJson: boolean;
  /** Whether this process belongs to a collector, and ends with it: when standard input does. */
  readonly isServant: boolean;
}

/** Shows a source in the browser until the user stops it. */
export async function showSourceInBrowser(
  io: CliIo,
  source: SpanSource,
  options: ViewWebOptions,
): Promise<void> {
  const { isJson, isServant, where } = options;
  const onNotice = printNotice(io);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  if (isServant) serve(io, () => stop.abort());
  using feed = new ObservedFeed(await openTraceFeed(pacedSource(source, LIVE_SHARE), options));
  await using served = await serveWeb(io, feed, { address: options.address, onNotice });
  const reading = readToEnd(feed.events(signal));
  const path = where === undefined ? "/" : `/?where=${encodeURIComponent(where.text)}`;
  if (isJson) await io.stdout.write(formatReady(served.url(path)));
  else {
    await io.stdout.write(`${served.url(path)}\n`);
    await io.stderr.write(`Showing ${source.title} in the browser. Ctrl-C stops.\n`);
  }
  if (options.isOpening) await openForUser(io, io.stdout, served.localUrl(path), onNotice);
  await ended(signal);
  await reading;
}

async function readToEnd(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/**
 * Opens an address in the browser of whoever sits at a terminal with a screen; the others have been told it.
 *
 * @param terminal Where the user would be.
 */
export async function openForUser(
  io: CliIo,
  terminal: Output,
  url: string,
  onNotice: (message: string) => void,
): Promise<void> {
  if (!terminal.isTerminal || !hasDisplay(io.env)) return;
  if (!await openBrowser(url, io.env)) {
    onNotice(`could not open a browser; open ${url} yourself, or name one in BROWSER`);
  }
}

function formatReady(url: string): string {
  return JSON.stringify({ event: "ready", web: url }) + "\n";
}

/** Stands back behind the collector that this process belongs to, and ends with it. */
function serve(io: CliIo, onEnd: () => void): void {
  try {
    setPriority(SERVANT_PRIORITY);
  } catch {
    // Not every system lets a process say so; reading at a measured pace does the rest.
  }
  readToEnd(io.stdin.bytes()).then(onEnd, onEnd);
}

/** Of one processor: enough for twice 20,000 spans a second, pages included. */
const LIVE_SHARE = 0.25;
/** Of 20: gives way to nearly everything. */
const SERVANT_PRIORITY = 15;

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
