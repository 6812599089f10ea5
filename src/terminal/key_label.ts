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
  tab: "Tab",
  backspace: "Bksp",
};

/** A key as the help names it: `Ctrl+D`, `PgUp`, `j`. */
export function keyLabel(key: string): string {
  const [modifier, name] = key.length > 1 && key.includes("+") ? key.split("+") : ["", key];
  if (modifier === "") return KEY_LABELS[name] ?? name;
  const label = KEY_LABELS[name] ?? name.toUpperCase();
  return `${modifier[0].toUpperCase()}${modifier.slice(1)}+${label}`;
}
