import type { TraceList } from "../assemble/trace_list.ts";
import type { SpanQuery } from "../query/compile_query.ts";
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
  /** The query that is applied, for pages that mark the spans it finds. */
  readonly query: SpanQuery | undefined;
  /** What to say while there is no trace, a line each. */
  readonly emptyHint: readonly string[];
}

/** The tabs of the app, by the names that the pages know them by. */
export type TabName = "traces" | "statistics" | "services" | "diff";

/** What a page asks the app for. */
export type PageCommand =
  /** Shows another page on top of this one. */
  | { readonly type: "open"; readonly page: Page }
  /** Back to the page below. */
  | { readonly type: "back" }
  /** Puts a text into the clipboard of the user's terminal; `what` names it, such as "trace id". */
  | { readonly type: "copy"; readonly text: string; readonly what: string }
  /** Opens the browser view at a path such as `/t/ID`. */
  | { readonly type: "browse"; readonly path: string }
  /** Applies a query and shows the traces that it finds. */
  | { readonly type: "query"; readonly text: string }
  /** Sorts the list of traces another way. */
  | { readonly type: "sort"; readonly step: 1 | -1 }
  /** Compares two traces, by their ids, in the tab for that. */
  | { readonly type: "diff"; readonly traceIds: readonly [string, string] }
  /** Tells the user something until the next key. */
  | { readonly type: "notice"; readonly text: string };

/** What a page is after an input, and what it asks for. */
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

/** A text that is being typed; the app shows it in place of the status bar. */
export interface Prompt {
  /** What stands in front, such as `/`. */
  readonly label: string;
  readonly text: string;
}

/** One page of the terminal view: an immutable value. */
export interface Page {
  /** For the status bar and the help. */
  readonly title: string;
  /** What its keys do. None of them is a key of the app, except those that edit a prompt, and Escape. */
  readonly bindings: readonly PageBinding[];
  /** The text that is being typed into the page; while there is one, every key is the page's. */
  readonly prompt?: Prompt;
  /** What the status bar says of the page, beside its title: a few words each, the weightiest first. */
  status?(context: PageContext): readonly string[];
  /**
   * The page after an input; `undefined` when the page has no use for it, and then the app looks
   * whether it has one. Rows and columns of the mouse count from the page's own corner.
   */
  update(input: TerminalInput, context: PageContext): PageUpdate | undefined;
  /** At most `context.size.rows` lines, each at most `context.size.columns` wide. */
  frame(context: PageContext): Frame;
  /**
   * Goes on with work that is too long for one frame, for about so many milliseconds. It is called
   * between frames for as long as it returns a page, and again when the traces have changed.
   *
   * @returns `undefined` when there is nothing left to do; this same page to be called again a little later.
   */
  work?(context: PageContext, budgetMs: number): Page | undefined;
}
