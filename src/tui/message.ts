import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import type { Size } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import type { PlayerState } from "../views/player.ts";
import type { FeedEvent } from "../views/trace_feed.ts";
import type { SelectionProgress, TraceSort } from "../views/trace_selection.ts";

import type { Page } from "./page.ts";

/** Everything that can happen to the terminal view, except that traces change. */
export type Message =
  | TerminalInput
  | { readonly type: "resize"; readonly size: Size }
  /** Time passed, so much since the last time. */
  | {
    readonly type: "tick";
    readonly nowUnixNano: bigint;
    readonly elapsedMs?: number;
    /** See `tick` of the player. */
    readonly nextActivity?: (unixNano: bigint) => bigint | undefined;
  }
  /** What a source tells. */
  | FeedEvent
  /** What to show has been put together anew, or is being. */
  | {
    readonly type: "traces";
    readonly traces: TraceList;
    /** How far it is; `undefined` when it is complete. */
    readonly progress: SelectionProgress | undefined;
  }
  /** The recording can be played; `undefined` closes the player. */
  | { readonly type: "player"; readonly player: PlayerState | undefined }
  /** Where the player goes; `undefined` when there is no such moment. */
  | { readonly type: "step_to"; readonly unixNano: bigint | undefined }
  /** A page went on with its work. */
  | { readonly type: "worked"; readonly page: Page; readonly next: Page }
  /** More names are known that a query may use. */
  | { readonly type: "names" };

/** What only the world around the state can do. */
export type Effect =
  | { readonly type: "quit" }
  | { readonly type: "suspend" }
  | { readonly type: "redraw" }
  /** Puts a text into the clipboard. */
  | { readonly type: "copy"; readonly text: string }
  | { readonly type: "browse"; readonly path: string }
  /** Shows other traces, or the same ones in another order. */
  | {
    readonly type: "select";
    readonly query: SpanQuery | undefined;
    readonly sort: TraceSort | undefined;
  }
  /** Begins to play the recording, or stops. */
  | { readonly type: "play"; readonly isOn: boolean }
  /** Shows the traces as they were at a moment. */
  | { readonly type: "seek"; readonly unixNano: bigint }
  /** Goes to where the next trace starts after a moment, or the one before. */
  | { readonly type: "step"; readonly unixNano: bigint; readonly step: 1 | -1 }
  /** Looks for names that a query may use. */
  | { readonly type: "learn_names" }
  /** Lets spans wait, or lets those that wait come in. */
  | { readonly type: "pause"; readonly isPaused: boolean };
