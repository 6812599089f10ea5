import type { SpanQuery } from "../query/compile_query.ts";
import { FramePacer } from "../terminal/frame_pacer.ts";
import type { TerminalIo } from "../terminal/terminal_io.ts";
import { type EndSignal, TerminalSession } from "../terminal/terminal_session.ts";
import { createPlayer } from "../views/player.ts";
import type { TraceFeed } from "../views/trace_feed.ts";
import { appFrame } from "./app_frame.ts";
import { createAppState, currentPage, isOver, pageContext } from "./app_state.ts";
import type { Effect, Message } from "./message.ts";
import { NameSampler } from "./name_sampler.ts";
import { ShownTraces } from "./shown_traces.ts";
import { updateApp } from "./update_app.ts";

/** What the live view needs. */
export interface RunTuiOptions {
  readonly terminal: TerminalIo;
  /** The traces to show. */
  readonly feed: TraceFeed;
  /** Whether to write colours. */
  readonly isColored: boolean;
  /** What to do while there is nothing to show, a line each. @default none */
  readonly emptyHint?: readonly string[];
  /** Minutes east of UTC to show times in. @default 0 */
  readonly offsetMinutes?: number;
  /** Which traces are shown at first. @default all */
  readonly query?: SpanQuery;
  /** Opens the browser view at a path; returns what to tell the user. @default there is none */
  readonly browse?: (path: string) => Promise<string>;
  /** Whether the mouse is listened to. @default true */
  readonly hasMouse?: boolean;
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
/** How often a recording that is played moves on. */
const PLAYER_TICK_MS = 40;
/** How long a page may go on with its work before keys and frames get their turn. */
const WORK_MS = 8;

/**
 * Runs the live view until the user quits, a signal comes or the terminal is gone. The terminal is
 * as it was before when this resolves, and also when it rejects.
 *
 * @returns Why it ended.
 * @throws Whatever the terminal throws when it cannot be written to.
 */
export async function runTui(options: RunTuiOptions): Promise<TuiExit> {
  const { promise: exit, resolve: end, reject: fail } = Promise.withResolvers<TuiExit>();
  const { feed } = options;
  const now = options.now ?? systemNow;
  let state = createAppState({ ...options, size: options.terminal.size(), nowUnixNano: now() });
  const stopped = new AbortController();
  let workTimer: ReturnType<typeof setTimeout> | undefined;
  let namesTimer: ReturnType<typeof setTimeout> | undefined;

  function dispatch(message: Message): void {
    const next = updateApp(state, message);
    state = next.state;
    if (next.effect !== undefined) take(next.effect);
    scheduleWork(0);
    if (isInput(message)) pacer.request();
    else pacer.requestLater();
  }

  function take(effect: Effect): void {
    switch (effect.type) {
      case "quit":
        return end({ reason: "quit" });
      case "suspend":
        return session.suspend();
      case "redraw":
        return session.invalidate();
      case "copy":
        return session.copy(effect.text);
      case "browse":
        return void browse(options, effect.path).then((text) => {
          if (!stopped.signal.aborted) dispatch({ type: "notice", text });
        });
      case "select":
        return shown.select(effect.query, effect.sort);
      case "pause":
        return options.feed.pause?.(effect.isPaused);
      case "play":
        return play(effect.isOn);
      case "seek":
        shown.playback?.seek(effect.unixNano);
        return shown.follow();
      case "step":
        return dispatch({
          type: "step_to",
          unixNano: shown.playback?.nextStart(effect.unixNano, effect.step),
        });
      case "learn_names":
        return learnNames(new NameSampler(state.traces, state.names));
    }
  }

  function play(isOn: boolean): void {
    shown.play(isOn);
    const { playback } = shown;
    const player = playback && createPlayer(playback.fromUnixNano, playback.toUnixNano);
    if (player !== undefined) playback?.seek(player.atUnixNano);
    dispatch({ type: "player", player });
  }

  function learnNames(sampler: NameSampler): void {
    clearTimeout(namesTimer);
    const hasMore = sampler.advance(performance.now() + WORK_MS);
    dispatch({ type: "names" });
    if (hasMore && state.queryBar !== undefined) {
      namesTimer = setTimeout(() => learnNames(sampler), 0);
    }
  }

  function scheduleWork(waitMs: number): void {
    if (stopped.signal.aborted) return;
    if (currentPage(state).work !== undefined) workTimer ??= setTimeout(work, waitMs);
  }

  function work(): void {
    workTimer = undefined;
    const page = currentPage(state);
    const next = page.work?.(pageContext(state), WORK_MS);
    if (next === page) scheduleWork(TICK_MS);
    else if (next !== undefined) dispatch({ type: "worked", page, next });
  }

  function onTraces(error?: unknown): void {
    dispatch({ type: "traces", traces: shown.list, progress: shown.progress });
    if (error !== undefined) dispatch({ type: "notice", text: errorText(error) });
  }

  using shown = new ShownTraces(feed.traces, { query: options.query, onChange: onTraces });
  using pacer = new FramePacer(async () => {
    try {
      await session.draw(appFrame(state));
    } catch (error) {
      fail(error);
    }
  });
  using session = new TerminalSession(options.terminal, {
    isColored: options.isColored,
    hasMouse: options.hasMouse,
    listener: {
      onInput: dispatch,
      onResize: (size) => dispatch({ type: "resize", size }),
      onEnd: (signal) => end({ reason: "signal", signal }),
      onInputEnd: () => end({ reason: "input_end" }),
    },
  });
  async function readFeed(): Promise<void> {
    for await (const event of feed.events(stopped.signal)) {
      if (stopped.signal.aborted) return;
      if (event.type !== "changed") dispatch(event);
      shown.follow();
      scheduleWork(TICK_MS);
      pacer.requestLater();
    }
  }

  let tickedMs = performance.now();
  let grownMs = tickedMs;
  const ticker = setInterval(() => {
    const nowMs = performance.now();
    const elapsedMs = nowMs - tickedMs;
    tickedMs = nowMs;
    const isGrowing = feed.traces.runningCount > 0 && !isOver(state);
    const isDue = isGrowing && nowMs - grownMs >= TICK_MS - PLAYER_TICK_MS / 2;
    if (!isDue && !state.player?.isPlaying) return;
    grownMs = nowMs;
    const nextActivity = (at: bigint): bigint | undefined => shown.playback?.nextActivity(at);
    dispatch({ type: "tick", nowUnixNano: now(), elapsedMs, nextActivity });
  }, PLAYER_TICK_MS);
  const abort = (): void => end({ reason: "aborted" });
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();
  onTraces();
  void readFeed();
  try {
    return await exit;
  } finally {
    stopped.abort();
    clearInterval(ticker);
    clearTimeout(workTimer);
    clearTimeout(namesTimer);
    options.signal?.removeEventListener("abort", abort);
  }
}

async function browse({ browse }: RunTuiOptions, path: string): Promise<string> {
  if (browse === undefined) return "There is no browser view here";
  try {
    return await browse(path);
  } catch (error) {
    return errorText(error);
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function systemNow(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** Whether somebody waits for what comes of it. */
function isInput({ type }: Message): boolean {
  return type === "key" || type === "paste" || type === "mouse" || type === "resize";
}
