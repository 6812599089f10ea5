import type { TerminalInput } from "../terminal/keys.ts";
import type { Frame } from "../terminal/frame.ts";
import type { Page, PageContext, PageUpdate, Prompt } from "./page.ts";
import { TRACES_BINDINGS } from "./traces_bindings.ts";
import { tracesFrame } from "./traces_frame.ts";
import { createTracesState, type TracesState, tracesState } from "./traces_state.ts";
import { continueHunt, updateTraces } from "./update_traces.ts";

/** The list of traces, each with its tree. */
export class TracesPage implements Page {
  readonly title = "Traces";
  readonly bindings = TRACES_BINDINGS;
  readonly state: TracesState;

  constructor(state: TracesState) {
    this.state = state;
  }

  /** @param options Whether to stay at the last trace as traces arrive. */
  static open(options: { isFollowing: boolean }): TracesPage {
    return new TracesPage(createTracesState(options));
  }

  /** The list from its beginning, for another order of it. */
  fromTop(options: { isFollowing: boolean }): TracesPage {
    const { isCollapsed, choices, search, markedTraceId } = this.state;
    const first = createTracesState(options);
    return new TracesPage({ ...first, isCollapsed, choices, search, markedTraceId });
  }

  get prompt(): Prompt | undefined {
    const { draft } = this.state.search;
    return draft === undefined ? undefined : { label: "/", text: draft };
  }

  status({ traces }: PageContext): readonly string[] {
    const { hunt, huntNotice, isFollowing } = this.state;
    if (huntNotice !== undefined) return [huntNotice];
    if (hunt !== undefined) {
      const percent = Math.floor(hunt.visited / Math.max(1, traces.traceCount) * 100);
      return [`searching ${Math.min(99, percent)} %`];
    }
    return isFollowing ? ["FOLLOW"] : [];
  }

  update(input: TerminalInput, context: PageContext): PageUpdate | undefined {
    const next = updateTraces({ ...context, ...this.state }, input);
    return next && { page: new TracesPage(tracesState(next)), command: next.command };
  }

  work(context: PageContext, budgetMs: number): Page | undefined {
    const { hunt } = this.state;
    if (hunt === undefined) return undefined;
    const view = { ...context, ...this.state };
    return new TracesPage(tracesState(continueHunt(view, hunt, performance.now() + budgetMs)));
  }

  frame(context: PageContext): Frame {
    return tracesFrame({ ...context, ...this.state });
  }
}
