import type { KeyBinding } from "../key_bindings.ts";

/** What keys do in the list of traces, beyond those of every table. */
export const TRACES_KEYS = [
  { keys: ["e"], action: "next_error", help: "next trace with errors" },
  { keys: ["E"], action: "previous_error", help: "previous trace with errors" },
  { keys: ["m"], action: "mark", help: "mark for comparing" },
  { keys: ["escape"], action: "clear", help: "show all again" },
] as const satisfies readonly KeyBinding[];
