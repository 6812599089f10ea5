import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** How the page looks. */
export type Theme = "light" | "dark";

/** What was chosen: `auto` follows the system. */
export type ThemeChoice = Theme | "auto";

const KEY = "trace.theme";
const choice = signal<ThemeChoice>("auto");
const system = signal<Theme>("light");

/** What was chosen. */
export const themeChoice: ReadonlySignal<ThemeChoice> = choice;

/** How the page looks now; read it where something is drawn on a canvas, so that it is drawn again. */
export const theme: ReadonlySignal<Theme> = computed(() =>
  choice.value === "auto" ? system.value : choice.value
);

/** Applies what was chosen the last time; before the first paint. */
export function startTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  system.value = dark.matches ? "dark" : "light";
  dark.addEventListener("change", () => system.value = dark.matches ? "dark" : "light");
  const kept = readKept();
  if (kept === "light" || kept === "dark") choice.value = kept;
  theme.subscribe((value) => {
    document.documentElement.dataset.theme = value;
  });
}

/** Chooses, and remembers it. */
export function chooseTheme(value: ThemeChoice): void {
  choice.value = value;
  try {
    if (value === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
  } catch {
    // Nothing may be kept here: then it holds as long as the page is open.
  }
}

/** A colour of the theme for a canvas: `--red` and the like. */
export function themeColor(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
