import type { KeyBinding } from "../key_bindings.ts";

/** What keys do in the list of traces, beyond those of every table. */
export const TRACES_KEYS = [
  { keys: ["E"], action: "next_error", help: "next trace with errors" },
  { keys: ["e"], action: "previous_error", help: "previous trace with errors" },
  { keys: ["s"], action: "next_sort", help: "sort another way" },
  { keys: ["S"], action: "previous_sort", help: "sort the way before" },
  { keys: ["m", "d"], action: "mark", help: "mark for comparing" },
  { keys: ["escape"], action: "clear", help: "show all again" },
] as const satisfies readonly KeyBinding[];
