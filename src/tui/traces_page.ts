import type { TerminalInput } from "../terminal/keys.ts";
import type { Frame } from "../terminal/frame.ts";
import type { Page, PageContext, PageUpdate, Prompt } from "./page.ts";
import { TRACES_BINDINGS } from "./traces_bindings.ts";
import { tracesFrame } from "./traces_frame.ts";
import { createTracesState, type TracesState, tracesState } from "./traces_state.ts";
import { updateTraces } from "./update_traces.ts";

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

  get prompt(): Prompt | undefined {
    const { draft } = this.state.search;
    return draft === undefined ? undefined : { label: "/", text: draft };
  }

  status(): readonly string[] {
    return this.state.isFollowing ? ["FOLLOW"] : [];
  }

  update(input: TerminalInput, context: PageContext): PageUpdate | undefined {
    const next = updateTraces({ ...context, ...this.state }, input);
    return next && { page: new TracesPage(tracesState(next)), command: next.command };
  }

  frame(context: PageContext): Frame {
    return tracesFrame({ ...context, ...this.state });
  }
}
