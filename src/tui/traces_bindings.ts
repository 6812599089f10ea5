import type { PageBinding } from "./page.ts";

/** What keys can make the list of traces do. */
export type TracesAction =
  | "next_trace"
  | "previous_trace"
  | "next_row"
  | "previous_row"
  | "page_down"
  | "page_up"
  | "first"
  | "follow"
  | "open"
  | "toggle"
  | "collapse"
  | "expand"
  | "toggle_all"
  | "next_error"
  | "previous_error"
  | "search"
  | "next_match"
  | "previous_match"
  | "clear_search"
  | "next_sort"
  | "previous_sort"
  | "mark"
  | "copy_id"
  | "copy_all"
  | "browse";

/** Keys of the list and what they do. */
export interface TracesBinding extends PageBinding {
  readonly action: TracesAction;
}

/** All keys of the list of traces; the help is printed from this. */
export const TRACES_BINDINGS: readonly TracesBinding[] = [
  { keys: ["j", "down"], action: "next_trace", help: "next trace" },
  { keys: ["k", "up"], action: "previous_trace", help: "previous trace" },
  { keys: ["J", "shift+down"], action: "next_row", help: "next row" },
  { keys: ["K", "shift+up"], action: "previous_row", help: "previous row" },
  { keys: ["ctrl+d", "pagedown"], action: "page_down", help: "page down" },
  { keys: ["ctrl+u", "pageup"], action: "page_up", help: "page up" },
  { keys: ["g", "home"], action: "first", help: "top" },
  { keys: ["G", "end"], action: "follow", help: "bottom, follow new ones" },
  { keys: ["enter"], action: "open", help: "open trace" },
  { keys: ["space"], action: "toggle", help: "fold/unfold trace" },
  { keys: ["h", "left"], action: "collapse", help: "fold trace" },
  { keys: ["l", "right"], action: "expand", help: "unfold trace" },
  { keys: ["C"], action: "toggle_all", help: "fold/unfold all" },
  { keys: ["E"], action: "next_error", help: "next error" },
  { keys: ["e"], action: "previous_error", help: "previous error" },
  { keys: ["/"], action: "search", help: "search names, values" },
  { keys: ["n"], action: "next_match", help: "next match" },
  { keys: ["N"], action: "previous_match", help: "previous match" },
  { keys: ["escape"], action: "clear_search", help: "clear search" },
  { keys: ["s"], action: "next_sort", help: "sort another way" },
  { keys: ["S"], action: "previous_sort", help: "sort the way before" },
  { keys: ["m", "d"], action: "mark", help: "mark; the second: diff" },
  { keys: ["y"], action: "copy_id", help: "copy trace or span id" },
  { keys: ["Y"], action: "copy_all", help: "copy all of the span" },
  { keys: ["o"], action: "browse", help: "open in the browser" },
];

const ACTIONS: ReadonlyMap<string, TracesAction> = new Map(
  TRACES_BINDINGS.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
);

/** What a key does in the list, if anything. */
export function tracesActionOf(key: string): TracesAction | undefined {
  return ACTIONS.get(key);
}
