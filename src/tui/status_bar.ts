import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Line, lineWidth, type Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { countText } from "./span_text.ts";
import type { Connection } from "../views/trace_feed.ts";
import { isOver, type TuiState } from "./state.ts";

const BAR: Style = { isInverse: true };

const CONNECTION_LABELS: Readonly<Record<Connection, string>> = {
  loading: "loading",
  live: "live",
  ended: "session ended",
  end_of_file: "end of file",
  failed: "failed",
};

interface Part {
  readonly text: string;
  /** The lower, the longer it stays as the screen gets narrower. */
  readonly rank: number;
}

/** The last line of the screen: where the spans come from, how many there are, what was lost. */
export function statusBar(state: TuiState): Line {
  const { columns } = state.size;
  if (state.search.draft !== undefined) return searchPrompt(state.search.draft, columns);
  let left = leftParts(state);
  let right = rightParts(state);
  for (let rank = 9; rank > 0 && width(left) + width(right) > columns; rank--) {
    left = left.filter((part) => part.rank < rank);
    right = right.filter((part) => part.rank < rank);
  }
  const end: Segment[] = [{ text: joined(right), style: BAR }];
  const start = fitLine([{ text: joined(left), style: BAR }], columns - lineWidth(end), BAR);
  return fitLine([...start, ...end], columns, BAR);
}

function leftParts(state: TuiState): Part[] {
  if (state.notice !== undefined) return [{ text: escapeText(state.notice), rank: 0 }];
  const { store } = state;
  const parts: Part[] = [
    { text: escapeText(state.title.slice(0, 200)), rank: 5 },
    { text: CONNECTION_LABELS[state.connection], rank: 1 },
    { text: countText(store.traceCount, "trace"), rank: 3 },
    { text: countText(store.spanCount, "span"), rank: 7 },
  ];
  if (store.runningCount > 0) {
    const word = isOver(state) ? "unfinished" : "running";
    parts.push({ text: `${store.runningCount} ${word}`, rank: 4 });
  }
  if (store.errorCount > 0) parts.push({ text: countText(store.errorCount, "error"), rank: 4 });
  if (state.skippedSpanCount > 0) {
    parts.push({ text: `${state.skippedSpanCount} skipped`, rank: 2 });
  }
  const forgotten = droppedCount(state);
  if (forgotten > 0) parts.push({ text: `${forgotten} forgotten`, rank: 6 });
  return parts;
}

function rightParts(state: TuiState): Part[] {
  const parts: Part[] = [];
  if (state.isFollowing) parts.push({ text: "FOLLOW", rank: 1 });
  parts.push({ text: "? help", rank: 8 });
  return parts;
}

/** Spans that this view had and gave up, or had no room for. */
function droppedCount({ store }: TuiState): number {
  return Object.values(store.droppedSpans).reduce((sum, count) => sum + count, 0);
}

function searchPrompt(draft: string, columns: number): Line {
  // The end of what is typed stays in sight.
  let shown = escapeText(draft);
  while (shown !== "" && lineWidth([{ text: shown }]) > columns - 3) {
    shown = [...shown].slice(1).join("");
  }
  return fitLine([{ text: ` /${shown}` }, { text: " ", style: BAR }], columns);
}

function joined(parts: readonly Part[]): string {
  return parts.map(({ text }) => ` ${text} `).join("");
}

function width(parts: readonly Part[]): number {
  return lineWidth([{ text: joined(parts) }]);
}
