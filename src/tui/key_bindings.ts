/** What keys can make the live view do. */
export type Action =
  | "next_trace"
  | "previous_trace"
  | "next_row"
  | "previous_row"
  | "page_down"
  | "page_up"
  | "first"
  | "follow"
  | "toggle"
  | "collapse"
  | "expand"
  | "toggle_all"
  | "next_error"
  | "search"
  | "next_match"
  | "previous_match"
  | "clear_search"
  | "help"
  | "redraw"
  | "suspend"
  | "quit";

/** Keys and what they do. */
export interface KeyBinding {
  /** Names as in {@linkcode KeyInput.key}. */
  readonly keys: readonly string[];
  readonly action: Action;
  /** For the help page. */
  readonly help: string;
}

/** All keys of the live view; the help page is printed from this. */
export const KEY_BINDINGS: readonly KeyBinding[] = [
  { keys: ["j", "down"], action: "next_trace", help: "next trace" },
  { keys: ["k", "up"], action: "previous_trace", help: "previous trace" },
  { keys: ["J", "shift+down"], action: "next_row", help: "next row" },
  { keys: ["K", "shift+up"], action: "previous_row", help: "previous row" },
  { keys: ["ctrl+d", "pagedown"], action: "page_down", help: "page down" },
  { keys: ["ctrl+u", "pageup"], action: "page_up", help: "page up" },
  { keys: ["g", "home"], action: "first", help: "top" },
  { keys: ["G", "end"], action: "follow", help: "bottom, follow new ones" },
  { keys: ["space", "enter"], action: "toggle", help: "collapse/expand trace" },
  { keys: ["h", "left"], action: "collapse", help: "collapse trace" },
  { keys: ["l", "right"], action: "expand", help: "expand trace" },
  { keys: ["C"], action: "toggle_all", help: "collapse/expand all" },
  { keys: ["E"], action: "next_error", help: "next error" },
  { keys: ["/"], action: "search", help: "search names, values" },
  { keys: ["n"], action: "next_match", help: "next match" },
  { keys: ["N"], action: "previous_match", help: "previous match" },
  { keys: ["escape"], action: "clear_search", help: "clear search" },
  { keys: ["?"], action: "help", help: "this help" },
  { keys: ["ctrl+l"], action: "redraw", help: "redraw the screen" },
  { keys: ["ctrl+z"], action: "suspend", help: "stop, until fg" },
  { keys: ["q", "ctrl+c"], action: "quit", help: "quit" },
];

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  KEY_BINDINGS.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
);

/** What a key does, if anything. */
export function actionOf(key: string): Action | undefined {
  return ACTIONS.get(key);
}

const KEY_LABELS: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  space: "Space",
  enter: "Enter",
  escape: "Esc",
};

/** A key as the help page names it: `Ctrl+D`, `PgUp`, `j`. */
export function keyLabel(key: string): string {
  const [modifier, name] = key.length > 1 && key.includes("+") ? key.split("+") : ["", key];
  if (modifier === "") return KEY_LABELS[name] ?? name;
  const label = KEY_LABELS[name] ?? name.toUpperCase();
  return `${modifier[0].toUpperCase()}${modifier.slice(1)}+${label}`;
}
