import type { JSX } from "preact";
import { formatCount } from "../../../views/count_text.ts";

/** A tab of a {@linkcode TabList}. */
export interface Tab {
  readonly name: string;
  readonly title: string;
  readonly count?: number;
}

/** Tabs of a page, walked through with the arrow keys. The panel has the id `panel`. */
export function TabList(
  { label, tabs, current, onChoose }: {
    label: string;
    tabs: readonly Tab[];
    current: string;
    onChoose: (name: string) => void;
  },
): JSX.Element {
  function move(event: KeyboardEvent): void {
    const at = tabs.findIndex(({ name }) => name === current);
    const to = event.key === "ArrowRight"
      ? at + 1
      : event.key === "ArrowLeft"
      ? at - 1
      : event.key === "Home"
      ? 0
      : event.key === "End"
      ? tabs.length - 1
      : undefined;
    if (to === undefined) return;
    event.preventDefault();
    const { name } = tabs[(to + tabs.length) % tabs.length];
    onChoose(name);
    document.getElementById(`tab-${name}`)?.focus();
  }
  return (
    <div class="tab-list" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ name, title, count }) => (
        <button
          key={name}
          type="button"
          id={`tab-${name}`}
          role="tab"
          class="tab"
          aria-selected={name === current}
          aria-controls="panel"
          tabIndex={name === current ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {title}
          {count !== undefined && <span class="tab-count">{formatCount(count)}</span>}
        </button>
      ))}
    </div>
  );
}
