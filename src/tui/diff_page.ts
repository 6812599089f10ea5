import { compareProfiles, type ProfileComparison } from "../analysis/compare_profiles.ts";
import { type Operation, operationOf } from "../analysis/operation.ts";
import { TraceProfile } from "../analysis/trace_profile.ts";
import type { Trace } from "../model/trace.ts";
import { fitLine, type Frame, type Line } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import { DIM } from "./span_text.ts";
import { type DiffItem, diffItems, itemLine, itemNotes } from "./diff_items.ts";
import { diffHeader } from "./diff_header.ts";
import { CURSOR_BINDINGS, type ListCursor, moveCursor, selectRow } from "./list_cursor.ts";
import { operationQuery } from "./operation_query.ts";
import { OwnTimes } from "./own_times.ts";
import type { Page, PageBinding, PageContext, PageUpdate } from "./page.ts";
import { createTracePage } from "./trace_page.ts";
import { wrapText } from "./wrap_text.ts";

const BINDINGS: readonly PageBinding[] = [
  ...CURSOR_BINDINGS,
  { keys: ["enter", "a"], help: "show in trace after" },
  { keys: ["b"], help: "show in trace before" },
  { keys: ["x"], help: "swap before and after" },
  { keys: ["f"], help: "traces with it" },
  { keys: ["y"], help: "copy the operation" },
];

/** From here on the selected row is told in full below the list. */
const MIN_ROWS_WITH_NOTES = 14;
const NOTE_ROWS = 4;

/** Two traces and what differs between them. */
interface Comparison {
  readonly before: Trace;
  readonly after: Trace;
  /** `undefined` while it is being found out. */
  readonly result: ProfileComparison | undefined;
  readonly profiles: readonly TraceProfile[];
  readonly items: readonly DiffItem[];
}

interface DiffState {
  readonly traceIds: readonly [before: string, after: string];
  readonly cursor: ListCursor;
  readonly comparison: Comparison | undefined;
}

/** Two traces compared: what differs first, then all operations with the figures of both. */
export class DiffPage implements Page {
  readonly title = "Diff";
  readonly bindings: readonly PageBinding[] = BINDINGS;
  readonly #state: DiffState;

  constructor(state: DiffState) {
    this.#state = state;
  }

  status(): readonly string[] {
    const { comparison } = this.#state;
    if (comparison === undefined) return [];
    return comparison.result === undefined ? ["comparing…"] : [];
  }

  work(context: PageContext): Page | undefined {
    const [before, after] = this.#traces(context);
    if (before === undefined || after === undefined) return undefined;
    const { comparison } = this.#state;
    const isSame = comparison?.before === before && comparison.after === after;
    if (isSame && comparison.result !== undefined) return undefined;
    // While a trace grows, what was found of it stays until something else is.
    const profiles = isSame ? comparison.profiles : [];
    if (profiles.length < 2) {
      const profile = new TraceProfile();
      profile.add(profiles.length === 0 ? before : after);
      return this.#with({
        comparison: {
          before,
          after,
          profiles: [...profiles, profile],
          result: undefined,
          items: comparison?.items ?? [],
        },
      });
    }
    const result = compareProfiles(profiles[0], profiles[1]);
    const items = diffItems(result, new OwnTimes(before), new OwnTimes(after));
    const first = items.findIndex(({ type }) => type === "finding" || type === "operation");
    const cursor = comparison?.items.length
      ? this.#state.cursor
      : { top: 0, selected: Math.max(0, first) };
    return this.#with({ cursor, comparison: { before, after, profiles, result, items } });
  }

  update(input: TerminalInput, context: PageContext): PageUpdate | undefined {
    const { comparison, traceIds } = this.#state;
    if (input.type === "key" && input.key === "x") {
      return {
        page: this.#with({
          traceIds: [traceIds[1], traceIds[0]],
          cursor: { top: 0, selected: 0 },
          comparison: undefined,
        }),
      };
    }
    const items = comparison?.items ?? [];
    const layout = this.#layout(context);
    const size = { count: items.length, height: layout.listRows };
    const fitted = selectRow(this.#state.cursor, this.#state.cursor.selected, size);
    if (input.type === "mouse" && input.action === "press") {
      const row = fitted.top + input.row - layout.headerRows;
      if (input.row < layout.headerRows || row >= items.length) return undefined;
      const page = this.#with({ cursor: selectRow(fitted, row, size) });
      return input.clickCount > 1 ? page.#show(items[row], context, 1) : { page };
    }
    const cursor = moveCursor(fitted, input, size);
    if (cursor !== undefined) return { page: this.#with({ cursor }) };
    if (input.type !== "key") return undefined;
    const item = items[fitted.selected];
    const operation = item && operationOfItem(item);
    switch (input.key) {
      case "enter":
      case "a":
        return this.#show(item, context, 1);
      case "b":
        return this.#show(item, context, 0);
      case "f":
        if (operation === undefined) return { page: this };
        return { page: this, command: { type: "query", text: operationQuery(operation) } };
      case "y":
        if (operation === undefined) return { page: this };
        return { page: this, command: { type: "copy", text: operation.name, what: "operation" } };
      default:
        return undefined;
    }
  }

  frame(context: PageContext): Frame {
    const { columns, rows } = context.size;
    const traces = this.#traces(context);
    const layout = this.#layout(context);
    const header = diffHeader(this.#state.traceIds, traces, context).slice(0, layout.headerRows);
    const lines: Line[] = [...header];
    const items = this.#state.comparison?.items ?? [];
    const cursor = selectRow(this.#state.cursor, this.#state.cursor.selected, {
      count: items.length,
      height: layout.listRows,
    });
    if (items.length === 0) {
      const isThere = traces[0] !== undefined && traces[1] !== undefined;
      const text = isThere ? "Comparing…" : "Both must be among the traces here to be compared";
      lines.push(fitLine([{ text: ` ${text}`, style: DIM }], columns));
    }
    for (let at = cursor.top; at < items.length && lines.length < rows - layout.noteRows; at++) {
      lines.push(itemLine(items[at], { columns, isSelected: at === cursor.selected }));
    }
    while (lines.length < rows - layout.noteRows) lines.push(fitLine([], columns));
    const item = items[cursor.selected];
    if (layout.noteRows > 0) {
      const notes: Line[] = [[{ text: "─".repeat(columns), style: DIM }]];
      for (const note of item === undefined ? [] : itemNotes(item)) {
        const { lines } = wrapText(note, Math.max(1, columns - 2), NOTE_ROWS);
        for (const text of lines) notes.push(fitLine([{ text: ` ${text}` }], columns));
      }
      while (notes.length < layout.noteRows) notes.push(fitLine([], columns));
      lines.push(...notes.slice(0, layout.noteRows));
    }
    return lines.slice(0, rows);
  }

  #with(change: Partial<DiffState>): DiffPage {
    return new DiffPage({ ...this.#state, ...change });
  }

  #traces({ traces }: PageContext): (Trace | undefined)[] {
    return this.#state.traceIds.map((traceId) => traces.trace(traceId));
  }

  #layout({ size }: PageContext): { headerRows: number; listRows: number; noteRows: number } {
    const headerRows = size.rows >= 6 ? 3 : 0;
    const noteRows = size.rows >= MIN_ROWS_WITH_NOTES ? NOTE_ROWS : 0;
    return { headerRows, noteRows, listRows: Math.max(1, size.rows - headerRows - noteRows) };
  }

  /** Opens one of the traces at the first span of what a row tells of. */
  #show(item: DiffItem | undefined, context: PageContext, side: 0 | 1): PageUpdate {
    const trace = this.#traces(context)[side];
    const operation = item && operationOfItem(item);
    if (trace === undefined || operation === undefined) return { page: this };
    const found = trace.nodes.find(({ span }) => isSame(operationOf(span), operation));
    if (found === undefined) {
      const text = `It is not in the trace ${side === 0 ? "before" : "after"}`;
      return { page: this, command: { type: "notice", text } };
    }
    const { traceId } = trace;
    const page = createTracePage({ traceId, spanId: found.span.spanId });
    return { page: this, command: { type: "open", page } };
  }
}

/** Opens the page that compares two traces. */
export function createDiffPage(traceIds: readonly [before: string, after: string]): Page {
  return new DiffPage({ traceIds, cursor: { top: 0, selected: 0 }, comparison: undefined });
}

function operationOfItem(item: DiffItem): Operation | undefined {
  switch (item.type) {
    case "finding":
      return item.finding.operation;
    case "operation":
      return item.comparison.operation;
    default:
      return undefined;
  }
}

function isSame(a: Operation, b: Operation): boolean {
  return a.category === b.category && a.service === b.service && a.name === b.name;
}
