import type { SpanQuery } from "../query/compile_query.ts";
import { FramePacer } from "../terminal/frame_pacer.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import type { TerminalIo } from "../terminal/terminal_io.ts";
import { type EndSignal, TerminalSession } from "../terminal/terminal_session.ts";
import type { TraceFeed } from "../views/trace_feed.ts";
import { TraceSelection } from "../views/trace_selection.ts";
import { frame } from "./frame.ts";
import { actionOf } from "./key_bindings.ts";
import type { Message } from "./message.ts";
import { SelectionTimer } from "./selection_timer.ts";
import { createTuiState, isOver, type TuiState } from "./state.ts";
import { update } from "./update.ts";

/** What the live view needs. */
export interface RunTuiOptions {
  readonly terminal: TerminalIo;
  /** The traces and what happens to them. */
  readonly feed: TraceFeed;
  /** Only traces in which it finds something are shown. @default all */
  readonly where?: SpanQuery;
  /** What is shown: a session, a file, a socket. */
  readonly title: string;
  /** Whether to write colours. */
  readonly isColored: boolean;
  /** What to do while there is nothing to show, a line each. @default none */
  readonly emptyHint?: readonly string[];
  /** Minutes east of UTC to show times in. @default 0 */
  readonly offsetMinutes?: number;
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
  const { feed } = options;
  const traces = new TraceSelection(feed.traces, { where: options.where });
  let state: TuiState = createTuiState({
    ...options,
    store: traces,
    connection: feed.connection,
    size: options.terminal.size(),
    nowUnixNano: now(),
  });

  function dispatch(message: Message): void {
    state = update(state, message);
    if (state.isDone) end({ reason: "quit" });
    pacer.request();
  }

  function onInput(input: TerminalInput): void {
    const action = input.type === "key" ? actionOf(input.key) : undefined;
    if (action === "suspend") session.suspend();
    if (action === "redraw") session.invalidate();
    dispatch(input);
  }

  using pacer = new FramePacer(async () => {
    try {
      await session.draw(frame(state));
    } catch (error) {
      fail(error);
    }
  });
  using session = new TerminalSession(options.terminal, {
    isColored: options.isColored,
    listener: {
      onInput,
      onResize: (size) => dispatch({ type: "resize", size }),
      onEnd: (signal) => end({ reason: "signal", signal }),
      onInputEnd: () => end({ reason: "input_end" }),
    },
  });
  const ticker = setInterval(() => {
    if (traces.runningCount > 0 && !isOver(state)) {
      dispatch({ type: "tick", nowUnixNano: now() });
    }
  }, TICK_MS);
  const stopped = new AbortController();
  const abort = (): void => end({ reason: "aborted" });
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();
  pacer.request();
  using selecting = new SelectionTimer(traces, {
    onChange: () => pacer.request(),
    onProblem: (text) => dispatch({ type: "notice", text }),
  });
  readFeed(feed, stopped.signal, dispatch, () => selecting.request());
  try {
    return await exit;
  } finally {
    stopped.abort();
    clearInterval(ticker);
    options.signal?.removeEventListener("abort", abort);
  }
}

/** Tells of what happens to the feed until it ends or the view does. */
async function readFeed(
  feed: TraceFeed,
  stopped: AbortSignal,
  dispatch: (message: Message) => void,
  onChange: () => void,
): Promise<void> {
  const events = feed.events(stopped);
  // A feed that waits for spans is told that nobody wants them any more.
  stopped.addEventListener("abort", () => void events.return(undefined).catch(() => {}));
  for await (const event of events) {
    if (stopped.aborted) return;
    if (event.type === "changed") onChange();
    else dispatch(event);
  }
}

function systemNow(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
