import { useLayoutEffect, useRef } from "preact/hooks";
import { type ReadonlySignal, signal } from "@preact/signals";
import { type KeyBinding, keyName } from "./key_bindings.ts";

/** Keys that hold while a part of the page is there. */
export interface KeyScope {
  /** For the help: "Traces". */
  readonly title: string;
  readonly bindings: readonly KeyBinding[];
}

interface ActiveScope extends KeyScope {
  readonly run: (action: string, event: KeyboardEvent) => boolean | void;
}

const scopes = signal<readonly ActiveScope[]>([]);

/** What keys do now, the most special first; the help is printed from this. */
export const keyScopes: ReadonlySignal<readonly KeyScope[]> = scopes;

/**
 * Lets keys do something as long as a component is there. Later ones go before earlier ones. While
 * somebody types into a field, or a dialog is open, keys belong to that.
 *
 * @param handlers What to do for each action of the table; `false` means that the key was not meant.
 */
export function useKeys<Action extends string>(
  title: string,
  bindings: readonly KeyBinding<Action>[],
  handlers: Readonly<Record<Action, (event: KeyboardEvent) => boolean | void>>,
): void {
  // The newest handlers are called, but the scope is only entered once.
  const newest = useRef(handlers);
  newest.current = handlers;
  // As soon as the component can be seen, not a frame later: people type ahead.
  useLayoutEffect(() => {
    const scope: ActiveScope = {
      title,
      bindings,
      run: (action, event) => newest.current[action as Action](event),
    };
    scopes.value = [scope, ...scopes.peek()];
    return () => {
      scopes.value = scopes.peek().filter((each) => each !== scope);
    };
  }, [title, bindings]);
}

/** Begins to listen; once. */
export function startKeyboard(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = keyName(event);
    if (name === undefined || belongsToFocus(event.target, name)) return;
    for (const { bindings, run } of scopes.peek()) {
      const binding = bindings.find(({ keys }) => keys.includes(name));
      if (binding === undefined) continue;
      if (run(binding.action, event) === false) continue;
      event.preventDefault();
      return;
    }
  });
}

/** Whether a key means something to what has the focus: letters to a field, Enter to a button. */
function belongsToFocus(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog[open]") !== null) return true;
  if (target.closest("textarea, select, [contenteditable], [role=textbox]") !== null) return true;
  const input = target.closest("input");
  if (input !== null) {
    const isText = !["checkbox", "radio", "range", "button"].includes(input.type);
    return isText || MOVING.has(key) || key === "space";
  }
  if (target.closest("button, a[href], summary, [role=tab]") !== null) {
    return key === "enter" || key === "space" ||
      target.closest("[role=tab]") !== null && MOVING.has(key);
  }
  return false;
}

const MOVING: ReadonlySet<string> = new Set(["left", "right", "up", "down", "home", "end"]);
