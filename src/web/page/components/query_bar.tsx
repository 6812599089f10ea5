import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiCompletion } from "../../api.ts";
import { pageApi } from "../live.ts";
import type { ApiError } from "../page_api.ts";
import { navigate, route } from "../router.ts";
import { shownText } from "./text.tsx";

/** More are not offered: who sees none that fits types a letter more. */
const SHOWN_COMPLETIONS = 12;
const COMPLETE_AFTER_MS = 60;

/**
 * The query that narrows a page down. It is in the address once Enter is pressed; names and values of
 * the data complete it, and what cannot be read is shown with its place.
 *
 * @param error What the server said of the query.
 */
export function QueryBar(
  { label, error, children }: {
    label: string;
    error: ApiError | undefined;
    children?: JSX.Element | null;
  },
): JSX.Element {
  const where = route.value.where;
  const [text, setText] = useState(where);
  const input = useRef<HTMLInputElement>(null);
  const completion = useCompletions(input);
  // When the address changes, by going back for one.
  useEffect(() => setText(where), [where]);
  function apply(next: string): void {
    completion.close();
    navigate({ where: next.trim() });
  }
  function take({ text: taken, from, to }: ApiCompletion): void {
    const next = text.slice(0, from) + taken + text.slice(to);
    setText(next);
    const cursor = from + taken.length;
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(cursor, cursor);
      completion.ask(next, cursor);
    });
  }
  function onKeyDown(event: KeyboardEvent): void {
    const { offers, chosen } = completion;
    if (event.key === "Escape") {
      event.preventDefault();
      if (offers.length > 0) completion.close();
      else if (text !== where) setText(where);
      else input.current?.blur();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen >= 0) take(offers[chosen]);
      else apply(text);
    } else if (event.key === "Tab" && !event.shiftKey && offers.length > 0) {
      event.preventDefault();
      take(offers[Math.max(0, chosen)]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (offers.length === 0) completion.ask(text, input.current?.selectionStart ?? text.length);
      else completion.choose(event.key === "ArrowDown" ? 1 : -1);
    }
  }
  const { offers, chosen } = completion;
  const isBad = error?.reason === "query";
  return (
    <div class="query">
      <form
        class="query-form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          apply(text);
        }}
      >
        <span class="query-sign" aria-hidden="true">where</span>
        <input
          ref={input}
          data-search
          class="query-input"
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={offers.length > 0}
          aria-controls="query-offers"
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `query-offer-${chosen}` : undefined}
          aria-invalid={isBad}
          aria-describedby={isBad ? "query-error" : undefined}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="error && duration > 100ms    (press / to type, Ctrl+Space to complete)"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            completion.askSoon(currentTarget.value, currentTarget.selectionStart ?? 0);
          }}
          onKeyDown={(event) => {
            if (event.key === " " && event.ctrlKey) {
              event.preventDefault();
              completion.ask(text, event.currentTarget.selectionStart ?? text.length);
            } else onKeyDown(event);
          }}
          onBlur={() => completion.close()}
        />
        {text !== "" && (
          <button
            type="button"
            class="icon-button"
            aria-label="Clear the query"
            onClick={() => {
              setText("");
              apply("");
            }}
          >
            ✕
          </button>
        )}
        {text.trim() !== where && <button type="submit" class="button is-small">Apply</button>}
        {children}
      </form>
      <ul
        id="query-offers"
        class="query-offers"
        role="listbox"
        aria-label="Completions"
        hidden={offers.length === 0}
      >
        {offers.map((offer, index) => (
          <li
            key={index}
            id={`query-offer-${index}`}
            role="option"
            aria-selected={index === chosen}
            // The field must keep the focus.
            onMouseDown={(event) => {
              event.preventDefault();
              take(offer);
            }}
          >
            <bdi>{shownText(offer.text)}</bdi> <span class="dim">{offer.type}</span>
          </li>
        ))}
      </ul>
      {isBad && <QueryProblem query={where} error={error} />}
    </div>
  );
}

/** What is wrong with a query, and where. */
function QueryProblem({ query, error }: { query: string; error: ApiError }): JSX.Element {
  const characters = [...query];
  const at = Math.max(0, (error.column ?? 1) - 1);
  const bad = characters[at] ?? " ";
  return (
    <div id="query-error" class="query-error" role="alert">
      <span>{shownText(error.message)}</span>
      <code class="query-place">
        {shownText(characters.slice(Math.max(0, at - 40), at).join(""))}
        <mark>{bad === " " ? "\u00a0" : shownText(bad)}</mark>
        {shownText(characters.slice(at + 1, at + 40).join(""))}
      </code>
    </div>
  );
}

interface Completions {
  readonly offers: readonly ApiCompletion[];
  /** Which one Enter takes; -1 for none. */
  readonly chosen: number;
  ask(text: string, cursor: number): void;
  askSoon(text: string, cursor: number): void;
  choose(by: number): void;
  close(): void;
}

function useCompletions(input: { readonly current: HTMLInputElement | null }): Completions {
  const [offers, setOffers] = useState<readonly ApiCompletion[]>([]);
  const [chosen, setChosen] = useState(-1);
  const pending = useRef<AbortController>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  function stop(): void {
    pending.current?.abort();
    clearTimeout(timer.current);
  }
  useEffect(() => stop, []);
  function close(): void {
    stop();
    setOffers([]);
    setChosen(-1);
  }
  function ask(text: string, cursor: number): void {
    stop();
    const abort = pending.current = new AbortController();
    pageApi().complete(text, cursor, abort.signal).then((answer) => {
      if (abort.signal.aborted || document.activeElement !== input.current) return;
      setOffers(answer.slice(0, SHOWN_COMPLETIONS));
      setChosen(-1);
    }, () => {
      // Typing goes on without completions.
      if (!abort.signal.aborted) setOffers([]);
    });
  }
  return {
    offers,
    chosen,
    ask,
    askSoon: (text, cursor) => {
      stop();
      timer.current = setTimeout(() => ask(text, cursor), COMPLETE_AFTER_MS);
    },
    choose: (by) =>
      setChosen((before) => {
        const next = before + by;
        return next < -1 ? offers.length - 1 : next >= offers.length ? -1 : next;
      }),
    close,
  };
}
