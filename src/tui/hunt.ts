import type { TraceEntry } from "../assemble/trace_list.ts";
import type { SpanTest } from "../views/find_spans.ts";
import type { Position } from "./position.ts";

/** What is looked for in the list. */
export interface Hunt {
  readonly test: SpanTest;
  /** Whether a trace can hold such a span, by its figures alone. @default every trace can */
  readonly mayHold?: (entry: TraceEntry) => boolean;
  /** What to say when there is none. */
  readonly failure: string;
}

/** A hunt that goes on: looking through a million spans takes longer than one frame may. */
export interface OpenHunt {
  readonly hunt: Hunt;
  readonly step: 1 | -1;
  /** Where it began. */
  readonly from: Position;
  /** Traces that have been looked through. */
  readonly visited: number;
}
