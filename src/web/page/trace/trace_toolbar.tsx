import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatCount } from "../../../views/count_text.ts";
import { type Tab, TabList } from "../components/tab_list.tsx";
import { matchNumber, NO_SEARCH } from "./trace_search.ts";
import type { RowFilter, TraceTab, TraceView } from "./trace_view.ts";

/** What to look at, what to look for, and which spans to leave out. */
export function TraceToolbar({ view, input }: {
  readonly view: TraceView;
  /** The search field. */
  readonly input: RefObject<HTMLInputElement | null>;
}): JSX.Element {
  return (
    <div class="trace-toolbar">
      <TabList
        label="Views of the trace"
        tabs={TABS}
        current={view.tab.value}
        onChoose={(name) => view.tab.value = name as TraceTab}
      />
      <SearchField view={view} input={input} />
      <div class="filters" role="group" aria-label="Which spans to show">
        <FilterButton view={view} filter="errors" title="Errors" />
        <FilterButton view={view} filter="path" title="Critical path" />
        {view.matches.value.text !== "" && (
          <FilterButton view={view} filter="matches" title="Matches" />
        )}
        <label class="check" title="Draw the critical path in the bars">
          <input
            type="checkbox"
            checked={view.showsPath.value}
            onChange={() => view.showsPath.value = !view.showsPath.value}
          />
          Mark path
        </label>
        <label class="check" title="Put siblings that do the same into one row (a)">
          <input
            type="checkbox"
            checked={view.folds.value.isGrouping}
            onChange={() => view.toggleGrouping()}
          />
          Group
        </label>
      </div>
    </div>
  );
}

const TABS: readonly (Tab & { readonly name: TraceTab })[] = [
  { name: "waterfall", title: "Waterfall" },
  { name: "flame", title: "Flame graph" },
  { name: "stats", title: "Statistics" },
  { name: "json", title: "JSON" },
];

function FilterButton(
  { view, filter, title }: {
    readonly view: TraceView;
    readonly filter: RowFilter;
    readonly title: string;
  },
): JSX.Element {
  const isOn = view.filter.value === filter;
  const { errors } = view.model.value;
  const isEmpty = filter === "errors" && errors.length === 0;
  return (
    <button
      type="button"
      class={`button filter-${filter}`}
      aria-pressed={isOn}
      disabled={isEmpty}
      title={`Only rows that lead to ${title.toLowerCase()}`}
      onClick={() => view.toggleFilter(filter)}
    >
      {title}
      {filter === "errors" && <span class="tab-count">{formatCount(errors.length)}</span>}
    </button>
  );
}

/** Looks for text or a query in the trace while it is typed. */
function SearchField(
  { view, input }: { readonly view: TraceView; readonly input: RefObject<HTMLInputElement | null> },
): JSX.Element {
  const typed = useSignal(view.search.value.text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const stop = view.search.subscribe(({ text }) => typed.value = text);
    return () => {
      stop();
      clearTimeout(timer.current);
    };
  }, [view]);
  const { text, indexes, problem } = view.matches.value;
  const current = matchNumber(view.matches.value, view.selectedIndex.value);
  function search(): void {
    clearTimeout(timer.current);
    if (typed.value === view.search.value.text) return;
    view.search.value = { text: typed.value };
    // From the span before on, so that what is selected stays if it matches.
    const { indexes, marks } = view.matches.value;
    if (marks[view.selectedIndex.value] !== 1) view.goToNext(indexes, 1);
  }
  function step(by: 1 | -1): void {
    search();
    view.goToNext(view.matches.value.indexes, by);
  }
  return (
    <div class="trace-search" role="search">
      <input
        ref={input}
        type="search"
        data-search
        placeholder="Search text, or a query: duration > 10ms"
        aria-label="Search in this trace"
        spellcheck={false}
        autocomplete="off"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(search, TYPING_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            if (typed.value === view.search.value.text) step(event.shiftKey ? -1 : 1);
            else search();
          } else if (event.key === "Escape") {
            view.search.value = NO_SEARCH;
            typed.value = "";
            input.current?.blur();
            document.querySelector<HTMLElement>("[role=tree]")?.focus();
          } else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {text !== "" && (
        <span class="match-count" role="status" title={problem}>
          {problem !== undefined && <span class="warning">as text:&#32;</span>}
          {indexes.length === 0
            ? "no match"
            : `${current === 0 ? "–" : formatCount(current)} of ${formatCount(indexes.length)}`}
        </span>
      )}
      <button
        type="button"
        disabled={indexes.length === 0}
        title="Match before (N)"
        onClick={() => step(-1)}
      >
        <span aria-hidden="true">▲</span>
        <span class="visually-hidden">Match before</span>
      </button>
      <button
        type="button"
        disabled={indexes.length === 0}
        title="Next match (n)"
        onClick={() => step(1)}
      >
        <span aria-hidden="true">▼</span>
        <span class="visually-hidden">Next match</span>
      </button>
    </div>
  );
}

const TYPING_MS = 180;
