import type { TraceStore } from "../assemble/trace_store.ts";
import type { Span } from "../model/span.ts";
import { FramePacer } from "../terminal/frame_pacer.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import type { TerminalIo } from "../terminal/terminal_io.ts";
import { type EndSignal, TerminalSession } from "../terminal/terminal_session.ts";
import { appFrame } from "./app_frame.ts";
import { createAppState, isOver } from "./app_state.ts";
import type { Connection, Effect, Message } from "./message.ts";
import { updateApp } from "./update_app.ts";

/** What a source of spans tells the live view. */
export type FeedItem =
  | { readonly type: "spans"; readonly spans: Iterable<Span> }
  | { readonly type: "connection"; readonly connection: Connection; readonly text?: string }
  /** Something the user should know, such as damage that was skipped. */
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "skipped"; readonly spanCount: number };

/** What the live view needs. */
export interface RunTuiOptions {
  readonly terminal: TerminalIo;
  /** Filled by the view from the feed; it may hold spans already. */
  readonly store: TraceStore;
  /** Ends when nothing more will come; a feed that throws is shown as failed. */
  readonly feed: AsyncIterable<FeedItem>;
  /** What is shown: a session, a file, a socket. */
  readonly title: string;
  /** Whether to write colours. */
  readonly isColored: boolean;
  /** What to do while there is nothing to show, a line each. @default none */
  readonly emptyHint?: readonly string[];
  /** Minutes east of UTC to show times in. @default 0 */
  readonly offsetMinutes?: number;
  /** What the feed is when the view opens. @default "live" */
  readonly connection?: Connection;
  /** Whether to start at the newest trace and stay there. @default whether the connection is live */
  readonly isFollowing?: boolean;
  /** The clock, in nanoseconds since the Unix epoch. @default the system's */
  readonly now?: () => bigint;
  /** Ends the view from outside. */
  readonly signal?: AbortSignal;
}

/** Why the live view ended. */
export type TuiExit =
  | { readonly reason: "quit" }
  | { readonly reason: "aborted" }
  /** The terminal is gone. */
  | { readonly reason: "input_end" }
  | { readonly reason: "signal"; readonly signal: EndSignal };

/** How often bars and durations of running spans grow. */
const TICK_MS = 100;
/** After reading spans for this long, keys and frames get their turn. */
const FEED_TURN_MS = 8;

/**
 * Runs the live view until the user quits, a signal comes or the terminal is gone. The terminal is
 * as it was before when this resolves, and also when it rejects.
 *
 * @returns Why it ended.
 * @throws Whatever the terminal throws when it cannot be written to.
 */
export async function runTui(options: RunTuiOptions): Promise<TuiExit> {
  const { promise: exit, resolve: end, reject: fail } = Promise.withResolvers<TuiExit>();
  const now = options.now ?? systemNow;
  let state = createAppState({
    ...options,
    traces: options.store,
    size: options.terminal.size(),
    nowUnixNano: now(),
  });

  function dispatch(message: Message): void {
    const next = updateApp(state, message);
    state = next.state;
    if (next.effect !== undefined) take(next.effect);
    pacer.request();
  }

  function take(effect: Effect): void {
    switch (effect.type) {
      case "quit":
        return end({ reason: "quit" });
      case "suspend":
        return session.suspend();
      case "redraw":
        return session.invalidate();
    }
  }

  using pacer = new FramePacer(async () => {
    try {
      await session.draw(appFrame(state));
    } catch (error) {
      fail(error);
    }
  });
  using session = new TerminalSession(options.terminal, {
    isColored: options.isColored,
    listener: {
      onInput: dispatch,
      onResize: (size) => dispatch({ type: "resize", size }),
      onEnd: (signal) => end({ reason: "signal", signal }),
      onInputEnd: () => end({ reason: "input_end" }),
    },
  });
  const ticker = setInterval(() => {
    if (options.store.runningCount > 0 && !isOver(state)) {
      dispatch({ type: "tick", nowUnixNano: now() });
    }
  }, TICK_MS);
  const stopped = new AbortController();
  const abort = (): void => end({ reason: "aborted" });
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();
  pacer.request();
  readFeed(options, stopped.signal, dispatch, () => pacer.request());
  try {
    return await exit;
  } finally {
    stopped.abort();
    clearInterval(ticker);
    options.signal?.removeEventListener("abort", abort);
  }
}

/** Moves spans from the feed into the store until the feed ends or the view does. */
async function readFeed(
  { feed, store }: RunTuiOptions,
  stopped: AbortSignal,
  dispatch: (message: Message) => void,
  onSpans: () => void,
): Promise<void> {
  let turnEndMs = performance.now() + FEED_TURN_MS;
  let isOverTold = false;
  const iterator = feed[Symbol.asyncIterator]();
  // A feed that waits for spans is told that nobody wants them any more.
  stopped.addEventListener("abort", () => void iterator.return?.()?.catch(() => {}));
  try {
    for (;;) {
      const { done, value: item } = await iterator.next();
      if (done || stopped.aborted) break;
      if (item.type !== "spans") {
        isOverTold = item.type === "connection" && isOver(item);
        dispatch(item);
        continue;
      }
      for (const span of item.spans) {
        store.add(span);
        if (performance.now() < turnEndMs) continue;
        await nextTurn(stopped);
        if (stopped.aborted) return;
        turnEndMs = performance.now() + FEED_TURN_MS;
      }
      onSpans();
    }
    if (!isOverTold && !stopped.aborted) dispatch({ type: "connection", connection: "ended" });
  } catch (error) {
    if (stopped.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    dispatch({ type: "connection", connection: "failed", text });
  }
}

/** Lets timers and input have their turn; shorter when the view has ended meanwhile. */
function nextTurn(stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(onTurn, 0);
    function onTurn(): void {
      clearTimeout(timer);
      stopped.removeEventListener("abort", onTurn);
      resolve();
    }
    stopped.addEventListener("abort", onTurn);
  });
}

function systemNow(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
