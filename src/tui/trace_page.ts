import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Frame } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import { encodeTraceSegment } from "../views/trace_segment.ts";
import { describeQueryError, QueryError } from "../query/query_error.ts";
import { CURSOR_BINDINGS, LIST_START } from "./list_cursor.ts";
import type { Page, PageBinding, PageContext, PageUpdate, Prompt } from "./page.ts";
import { updateDetails } from "./trace_details_keys.ts";
import { updateFlame } from "./trace_flame_keys.ts";
import { traceFrame } from "./trace_page_frame.ts";
import {
  foundSpans,
  openTraceState,
  SceneMemo,
  selectionOf,
  type TraceChange,
  type TracePageState,
  type TraceScene,
  type TraceView,
} from "./trace_page_state.ts";
import { updateTraceTable } from "./trace_table_keys.ts";
import { updateTree } from "./trace_tree_keys.ts";

/** The order in which `t` goes through the views. */
const VIEWS: readonly TraceView[] = ["tree", "flame", "repeats", "path"];

const BINDINGS: readonly PageBinding[] = [
  ...CURSOR_BINDINGS,
  { keys: ["l", "right"], help: "unfold, or first child" },
  { keys: ["h", "left"], help: "fold, or parent" },
  { keys: ["space"], help: "fold/unfold" },
  { keys: ["enter"], help: "open group or details" },
  { keys: ["{"], help: "fold one level more" },
  { keys: ["}"], help: "fold one level less" },
  { keys: ["C"], help: "fold/unfold all" },
  { keys: ["a"], help: "alike siblings in groups" },
  { keys: ["E"], help: "next error" },
  { keys: ["e"], help: "previous error" },
  { keys: ["/"], help: "search, or { query }" },
  { keys: ["n"], help: "next match" },
  { keys: ["N"], help: "previous match" },
  { keys: ["c"], help: "critical path only" },
  { keys: ["z"], help: "zoom time to the span" },
  { keys: ["Z"], help: "zoom back" },
  { keys: ["t"], help: "flame graph, N+1, tree" },
  { keys: ["d"], help: "show/hide details" },
  { keys: ["tab"], help: "tree or details" },
  { keys: ["f"], help: "traces with the value" },
  { keys: ["y"], help: "copy span id, or value" },
  { keys: ["Y"], help: "copy trace id" },
  { keys: ["o"], help: "open in the browser" },
  { keys: ["escape"], help: "back: search, zoom, view" },
];

/** One trace: its tree with bars, or a flame graph or tables of it, and the details of a span. */
export class TracePage implements Page {
  readonly title = "Trace";
  readonly bindings: readonly PageBinding[] = BINDINGS;
  readonly #state: TracePageState;
  readonly #memo: SceneMemo;

  constructor(state: TracePageState, memo: SceneMemo = new SceneMemo()) {
    this.#state = state;
    this.#memo = memo;
  }

  get prompt(): Prompt | undefined {
    const { draft } = this.#state;
    return draft === undefined ? undefined : { label: "/", text: draft };
  }

  status(context: PageContext): readonly string[] {
    const scene = this.#memo.scene(this.#state, context);
    if (scene === undefined) return [];
    const { search, view, cursor } = scene.state;
    const texts: string[] = [];
    if (search !== "") {
      const count = this.#memo.trace.found(scene.trace, search).length;
      texts.push(`/${search.slice(0, 40)}: ${count.toLocaleString("en-US")} found`);
    }
    if (view === "tree") texts.push(`row ${cursor.selected + 1}/${scene.rows.count}`);
    return texts;
  }

  work(context: PageContext): Page | undefined {
    if (!this.#memo.isBehind(context)) return undefined;
    if (this.#memo.isResting) return this;
    this.#memo.scene(this.#state, context);
    return new TracePage(this.#state, this.#memo);
  }

  update(input: TerminalInput, context: PageContext): PageUpdate | undefined {
    const scene = this.#memo.scene(this.#state, context);
    if (scene === undefined) return undefined;
    const change = scene.state.draft === undefined
      ? this.#change(scene, input, context)
      : this.#type(scene, scene.state.draft, input);
    if (change === undefined) return undefined;
    const { state = scene.state, target } = change;
    const command = target === undefined
      ? change.command
      : { type: "open", page: createTracePage(target) } as const;
    return { page: new TracePage(state, this.#memo), command };
  }

  frame(context: PageContext): Frame {
    const scene = this.#memo.scene(this.#state, context);
    if (scene !== undefined) return traceFrame(scene, this.#memo, context);
    const text = `Trace ${escapeText(this.#state.traceId.slice(0, 200))} is not here any more`;
    return [fitLine([{ text: ` ${text}` }], context.size.columns)].slice(0, context.size.rows);
  }

  #change(
    scene: TraceScene,
    input: TerminalInput,
    context: PageContext,
  ): TraceChange | undefined {
    const { state, trace } = scene;
    const isDetails = input.type === "mouse" && input.action !== "release"
      ? isInDetails(scene, input)
      : state.isDetailFocused;
    if (isDetails) {
      const change = updateDetails(scene, this.#memo, context, input);
      if (change !== undefined) return change;
    } else {
      const change = this.#changeView(scene, input);
      if (change !== undefined) return change;
    }
    if (input.type !== "key") return undefined;
    const { spanId } = trace.nodes[scene.index].span;
    switch (input.key) {
      case "t": {
        const view = VIEWS[(VIEWS.indexOf(state.view) + 1) % VIEWS.length];
        return {
          state: {
            ...state,
            view,
            tableCursor: LIST_START,
            isDetailFocused: false,
          },
        };
      }
      case "d":
        return { state: { ...state, hasDetails: !state.hasDetails, isDetailFocused: false } };
      case "tab":
        return {
          state: { ...state, hasDetails: true, isDetailFocused: !state.isDetailFocused },
        };
      case "/":
        return { state: { ...state, draft: "" } };
      case "n":
      case "N": {
        const found = foundSpans(scene, this.#memo, context);
        if (found === undefined) return { state: { ...state, draft: "" } };
        const step = input.key === "n" ? 1 : -1;
        return this.#jump(scene, found, { step, nothing: "Nothing is found any more" });
      }
      case "E":
      case "e":
        return this.#jump(scene, this.#memo.trace.errors(trace), {
          step: input.key === "E" ? 1 : -1,
          nothing: "No span of this trace failed",
        });
      case "y":
        return { command: { type: "copy", text: spanId, what: "span id" } };
      case "Y":
        return { command: { type: "copy", text: trace.traceId, what: "trace id" } };
      case "o": {
        const ids = [trace.traceId, spanId].map(encodeTraceSegment);
        return { command: { type: "browse", path: `/t/${ids.join("/")}` } };
      }
      case "escape":
        return leave(state);
      default:
        return undefined;
    }
  }

  #changeView(scene: TraceScene, input: TerminalInput): TraceChange | undefined {
    switch (scene.state.view) {
      case "tree":
        return updateTree(scene, input);
      case "flame":
        return updateFlame(scene, this.#memo, input);
      default:
        return updateTraceTable(scene, this.#memo, input);
    }
  }

  /** Selects the next of some spans, unfolding what hides it. */
  #jump(
    { state, trace, index }: TraceScene,
    found: Int32Array,
    { step, nothing }: { step: 1 | -1; nothing: string },
  ): TraceChange {
    const next = step > 0
      ? found.find((each) => each > index) ?? found[0]
      : found.findLast((each) => each < index) ?? found.at(-1);
    if (next === undefined) return { command: { type: "notice", text: nothing } };
    const view = state.view === "flame" ? "flame" : "tree";
    const selection = selectionOf(trace, next);
    return {
      state: { ...state, view, selection, isRevealing: true, isCritical: false },
    };
  }

  /** Changes the text that is searched for. */
  #type(scene: TraceScene, draft: string, input: TerminalInput): TraceChange | undefined {
    const { state, trace } = scene;
    if (input.type === "mouse") return undefined;
    if (input.type === "paste") {
      return { state: { ...state, draft: draft + input.text.replace(/[\r\n]+/g, " ") } };
    }
    switch (input.key) {
      case "enter": {
        if (draft.trim() === "") return { state: { ...state, draft: undefined, search: "" } };
        try {
          const found = this.#memo.trace.found(trace, draft);
          const searching = { ...state, draft: undefined, search: draft };
          if (found.includes(scene.index)) return { state: searching };
          return this.#jump({ ...scene, state: searching }, found, {
            step: 1,
            nothing: `Not found: ${draft}`,
          });
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          // The text stays, for the user to put right.
          return { command: { type: "notice", text: describeQueryError(error).split("\n")[0] } };
        }
      }
      case "escape":
      case "ctrl+c":
        return { state: { ...state, draft: undefined } };
      case "backspace":
        return {
          state: { ...state, draft: draft === "" ? undefined : [...draft].slice(0, -1).join("") },
        };
      case "ctrl+u":
        return { state: { ...state, draft: "" } };
      case "space":
        return { state: { ...state, draft: draft + " " } };
      default:
        // Other keys have names of several characters.
        if ([...input.key].length > 1) return { state };
        return { state: { ...state, draft: draft + input.key } };
    }
  }
}

/**
 * Opens the page of a trace.
 *
 * @param options.spanId The span to select at first. @default the root span
 */
export function createTracePage(
  { traceId, spanId }: { readonly traceId: string; readonly spanId?: string },
): Page {
  return new TracePage(openTraceState(traceId, spanId));
}

function isInDetails(
  { layout: { details } }: TraceScene,
  { row, column }: { row: number; column: number },
): boolean {
  return details !== undefined && row >= details.row && column >= details.column;
}

/** Escape: undoes one thing after the other; `undefined` when nothing is left to undo. */
function leave(state: TracePageState): TraceChange | undefined {
  if (state.isDetailFocused) return { state: { ...state, isDetailFocused: false } };
  if (state.search !== "") return { state: { ...state, search: "" } };
  if (state.view === "flame" && state.flameZooms.length > 0) {
    return { state: { ...state, flameZooms: state.flameZooms.slice(0, -1) } };
  }
  if (state.view !== "tree") return { state: { ...state, view: "tree" } };
  if (state.zooms.length > 0) return { state: { ...state, zooms: state.zooms.slice(0, -1) } };
  if (state.isCritical) return { state: { ...state, isCritical: false } };
  return undefined;
}
