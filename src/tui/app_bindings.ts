import type { PageBinding } from "./page.ts";

/** What keys and the mouse can make the app do, whatever page is shown. */
export type AppAction =
  | "next_tab"
  | "previous_tab"
  | "tab_1"
  | "tab_2"
  | "tab_3"
  | "tab_4"
  | "query"
  | "sort"
  | "pause"
  | "player"
  | "back"
  | "quit_or_back"
  | "escape"
  | "help"
  | "browse"
  | "redraw"
  | "suspend"
  | "quit";

/** Keys of the app and what they do. */
export interface AppBinding extends PageBinding {
  readonly action: AppAction;
}

/** All keys of the app; the help and the status bar are printed from this. */
export const APP_BINDINGS: readonly AppBinding[] = [
  { keys: ["1"], action: "tab_1", help: "traces" },
  { keys: ["2"], action: "tab_2", help: "statistics" },
  { keys: ["3"], action: "tab_3", help: "services" },
  { keys: ["4"], action: "tab_4", help: "diff of marked traces" },
  { keys: ["tab"], action: "next_tab", help: "next tab" },
  { keys: ["shift+tab"], action: "previous_tab", help: "previous tab" },
  { keys: [":", "Q"], action: "query", help: "query: which traces" },
  { keys: ["p"], action: "pause", help: "pause, go on" },
  { keys: ["P"], action: "player", help: "play the recording" },
  { keys: ["o"], action: "browse", help: "open in the browser" },
  { keys: ["?"], action: "help", help: "this help" },
  { keys: ["escape"], action: "escape", help: "back; clear query" },
  { keys: ["backspace"], action: "back", help: "back one page" },
  { keys: ["ctrl+l"], action: "redraw", help: "redraw the screen" },
  { keys: ["ctrl+z"], action: "suspend", help: "stop, until fg" },
  { keys: ["q"], action: "quit_or_back", help: "back, or quit" },
  { keys: ["ctrl+c"], action: "quit", help: "quit" },
];

const ACTIONS: ReadonlyMap<string, AppAction> = new Map(
  APP_BINDINGS.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
);

/** What a key does in the app, if anything. */
export function appActionOf(key: string): AppAction | undefined {
  return ACTIONS.get(key);
}

/** Keys that are the app's even while a text is being typed. */
export const ALWAYS: ReadonlySet<AppAction> = new Set(["quit", "redraw", "suspend"]);
