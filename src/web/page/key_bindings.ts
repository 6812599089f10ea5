/** Keys, what they do, and how the help names it. */
export interface KeyBinding<Action extends string = string> {
  /** Names as {@linkcode keyName} gives them: `j`, `G`, `enter`, `ctrl+d`. */
  readonly keys: readonly string[];
  readonly action: Action;
  /** For the help. */
  readonly help: string;
}

/** What keys do wherever one is. */
export const GLOBAL_KEYS = [
  { keys: ["?"], action: "help", help: "this help" },
  { keys: ["/"], action: "search", help: "query" },
  { keys: ["p"], action: "pause", help: "pause, go on" },
  { keys: ["1"], action: "traces", help: "traces" },
  { keys: ["2"], action: "stats", help: "statistics" },
  { keys: ["3"], action: "services", help: "services" },
  { keys: ["4"], action: "diff", help: "compare the two marked traces" },
  { keys: ["T"], action: "theme", help: "light, dark, as the system" },
] as const satisfies readonly KeyBinding[];

/** How one walks through rows. */
export const ROW_KEYS = [
  { keys: ["j", "down"], action: "next", help: "next row" },
  { keys: ["k", "up"], action: "previous", help: "previous row" },
  { keys: ["ctrl+d", "pagedown"], action: "page_down", help: "page down" },
  { keys: ["ctrl+u", "pageup"], action: "page_up", help: "page up" },
  { keys: ["g", "home"], action: "first", help: "first row" },
  { keys: ["G", "end"], action: "last", help: "last row" },
] as const satisfies readonly KeyBinding[];

/** What keys do where there are rows to walk through. */
export const TABLE_KEYS = [
  ...ROW_KEYS,
  { keys: ["enter", "l", "right"], action: "open", help: "open" },
] as const satisfies readonly KeyBinding[];

/** What keys do with a recording. */
export const PLAYER_KEYS = [
  { keys: ["P"], action: "play", help: "play, pause the recording" },
  { keys: ["."], action: "forward", help: "forward 1 %" },
  { keys: [","], action: "backward", help: "back 1 %" },
  { keys: [")"], action: "far_forward", help: "forward 10 %" },
  { keys: ["("], action: "far_backward", help: "back 10 %" },
  { keys: ["}"], action: "faster", help: "faster" },
  { keys: ["{"], action: "slower", help: "slower" },
] as const satisfies readonly KeyBinding[];

/** What is read of a `KeyboardEvent`. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The name of a key that was pressed; `undefined` for those that belong to the browser. */
export function keyName(event: PressedKey): string | undefined {
  if (event.metaKey || event.altKey) return undefined;
  const key = NAMES[event.key] ?? (event.key.length === 1 ? event.key : event.key.toLowerCase());
  if (event.ctrlKey) return `ctrl+${key}`;
  return event.shiftKey && key.length > 1 ? `shift+${key}` : key;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  " ": "space",
};
