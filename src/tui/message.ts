import type { Size } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import type { Connection } from "../views/trace_feed.ts";

/** Everything that can happen to the live view, except that spans arrive in its store. */
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
  | { readonly type: "skipped"; readonly spanCount: number };
