import type { Size } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";

/**
 * Where the spans come from, and whether more will come: `loading` while what is there already is
 * being read, `live`, `ended` when the session is over, `end_of_file`, `failed`.
 */
export type Connection = "loading" | "live" | "ended" | "end_of_file" | "failed";

/** Everything that can happen to the terminal view, except that traces change. */
export type Message =
  | TerminalInput
  | { readonly type: "resize"; readonly size: Size }
  /** Time passed. */
  | { readonly type: "tick"; readonly nowUnixNano: bigint }
  /** The source of the spans changed; `text` says more, why it failed for example. */
  | { readonly type: "connection"; readonly connection: Connection; readonly text?: string }
  /** Something to tell the user, until the next key. */
  | { readonly type: "notice"; readonly text: string }
  /** The source gave up spans because this viewer was too slow. */
  | { readonly type: "skipped"; readonly spanCount: number }
  /** Spans came while the view is paused; how many wait now. */
  | { readonly type: "waiting"; readonly spanCount: number };

/** What only the world around the state can do. */
export type Effect =
  | { readonly type: "quit" }
  | { readonly type: "suspend" }
  | { readonly type: "redraw" }
  | { readonly type: "copy"; readonly text: string }
  | { readonly type: "browse"; readonly path: string }
  /** Lets what waits come in. */
  | { readonly type: "resume" };
