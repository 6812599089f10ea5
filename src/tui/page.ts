import type { TraceList } from "../assemble/trace_list.ts";
import type { Frame, Size } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";

/** What a page may read while it reacts or draws. */
export interface PageContext {
  /** The traces as the user wants them: found by the query, sorted, at the moment that is played. */
  readonly traces: TraceList;
  /** The room that the page has: the screen without the app's own lines. */
  readonly size: Size;
  /** What running spans are measured against; `undefined` when nothing runs any more, whatever the spans say. */
  readonly nowUnixNano: bigint | undefined;
  /** Minutes east of UTC to show times in. */
  readonly offsetMinutes: number;
}

/** What a page asks the app for. */
export type PageCommand =
  /** Shows another page on top of this one. */
  | { readonly type: "open"; readonly page: Page }
  /** Back to the page below. */
  | { readonly type: "back" }
  /** Puts a text into the clipboard of the user's terminal. */
  | { readonly type: "copy"; readonly text: string; readonly what: string }
  /** Opens the browser view at a path such as `/t/ID`. */
  | { readonly type: "browse"; readonly path: string }
  /** Tells the user something until the next key. */
  | { readonly type: "notice"; readonly text: string };

/** What a page is after a key, and what it asks for. */
export interface PageUpdate {
  readonly page: Page;
  readonly command?: PageCommand;
}

/** A key of a page, for the help. */
export interface PageBinding {
  /** Names as in `KeyInput.key`. */
  readonly keys: readonly string[];
  readonly help: string;
}

/** One page of the terminal view: an immutable value. */
export interface Page {
  /** For the status bar. */
  readonly title: string;
  readonly bindings: readonly PageBinding[];
  /** The page after an input that the app itself has no use for; `undefined` when the page has none either. */
  update(input: TerminalInput, context: PageContext): PageUpdate | undefined;
  /** At most `context.size.rows` lines. */
  frame(context: PageContext): Frame;
}
