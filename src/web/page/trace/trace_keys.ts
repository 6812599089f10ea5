import { type KeyBinding, ROW_KEYS } from "../key_bindings.ts";

/** The keys of the page of one trace; the help is printed from this. */
export const TRACE_KEYS = [
  ...ROW_KEYS,
  { keys: ["l", "right"], action: "enter", help: "unfold, go in" },
  { keys: ["h", "left"], action: "leave", help: "fold, go out" },
  { keys: ["space"], action: "toggle", help: "fold, unfold" },
  { keys: ["enter", "d"], action: "details", help: "details of the span" },
  { keys: ["E"], action: "next_error", help: "next error" },
  { keys: ["e"], action: "previous_error", help: "previous error" },
  { keys: ["/"], action: "search", help: "search in this trace" },
  { keys: ["n"], action: "next_match", help: "next match" },
  { keys: ["N"], action: "previous_match", help: "previous match" },
  { keys: ["z"], action: "zoom", help: "zoom to the span" },
  { keys: ["Z"], action: "zoom_out", help: "whole trace" },
  { keys: ["+", "="], action: "zoom_in", help: "look closer" },
  { keys: ["-"], action: "zoom_less", help: "see more" },
  { keys: ["shift+left", "<"], action: "pan_left", help: "earlier" },
  { keys: ["shift+right", ">"], action: "pan_right", help: "later" },
  { keys: ["["], action: "fold_all", help: "fold all" },
  { keys: ["]"], action: "unfold_all", help: "unfold all" },
  { keys: ["C"], action: "toggle_all", help: "fold, unfold all" },
  { keys: ["a"], action: "group", help: "alike siblings in groups" },
  { keys: ["c"], action: "path", help: "critical path only" },
  { keys: ["t"], action: "waterfall", help: "waterfall" },
  { keys: ["f"], action: "flame", help: "flame graph" },
  { keys: ["s"], action: "stats", help: "operations of this trace" },
  { keys: ["J"], action: "json", help: "span as JSON" },
  { keys: ["y"], action: "copy", help: "copy the span's id" },
  { keys: ["Y"], action: "copy_trace", help: "copy the trace's id" },
  { keys: ["escape"], action: "escape", help: "close, clear, zoom out" },
] as const satisfies readonly KeyBinding[];

/** What the keys of the table do. */
export type TraceAction = typeof TRACE_KEYS[number]["action"];

/** The keys of the flame graph, which go before those of the page. */
export const FLAME_KEYS = [
  { keys: ["j", "down"], action: "down", help: "widest box below" },
  { keys: ["k", "up"], action: "up", help: "box above" },
  { keys: ["h", "left"], action: "left", help: "box at the left" },
  { keys: ["l", "right"], action: "right", help: "box at the right" },
  { keys: ["enter", "space", "z"], action: "zoom", help: "zoom to the box" },
  { keys: ["escape", "Z"], action: "zoom_out", help: "show all" },
  { keys: ["w"], action: "waterfall", help: "show its first span in the waterfall" },
] as const satisfies readonly KeyBinding[];
