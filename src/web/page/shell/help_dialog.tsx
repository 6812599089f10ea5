import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { keyLabel } from "../../../terminal/key_label.ts";
import { type KeyScope, keyScopes } from "../keyboard.ts";

/** Whether the help is open. */
export const isHelpOpen = signal(false);

/** What keys do, printed from the tables that are in force. */
export function HelpDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    // The browser keeps the focus inside, and gives it back afterwards.
    if (isOpen && !element.open) element.showModal();
    if (!isOpen && element.open) element.close();
  }, [isOpen]);
  const close = (): void => {
    isHelpOpen.value = false;
  };
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => event.key === "?" && close()}
    >
      <div class="help-body">
        <header class="help-head">
          <h2 id="help-title">Keys</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>✕</button>
        </header>
        <div class="help-columns">
          {scopesByTitle(keyScopes.value).map(({ title, bindings }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {bindings.map(({ keys, help }) => (
                  <div key={keys.join()} class="help-row">
                    <dt>{keys.map((key) => <kbd key={key}>{keyLabel(key)}</kbd>)}</dt>
                    <dd>{help}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p class="dim">
          Queries are explained in docs/query.md. All data stays on this machine.
        </p>
      </div>
    </dialog>
  );
}

/** What the page at hand has first, what always holds last; tables and pages of one name together. */
function scopesByTitle(scopes: readonly KeyScope[]): readonly KeyScope[] {
  const titles = [...new Set(scopes.map(({ title }) => title))];
  return titles.map((title) => ({
    title,
    bindings: scopes.filter((scope) => scope.title === title).flatMap(({ bindings }) => bindings),
  })).sort((a, b) => ALWAYS.indexOf(a.title) - ALWAYS.indexOf(b.title));
}

const ALWAYS = ["Player", "Everywhere"];
