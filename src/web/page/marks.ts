import { type ReadonlySignal, signal } from "@preact/signals";

/** A trace that is marked to be compared. */
export interface MarkedTrace {
  readonly traceId: string;
  readonly name: string;
}

const marks = signal<readonly MarkedTrace[]>([]);

/** At most two traces: the first one is compared with the second one. */
export const markedTraces: ReadonlySignal<readonly MarkedTrace[]> = marks;

/** Marks a trace, or takes its mark away. A third one takes the place of the second. */
export function toggleMark(trace: MarkedTrace): void {
  const others = marks.value.filter(({ traceId }) => traceId !== trace.traceId);
  marks.value = others.length < marks.value.length ? others : [...others.slice(0, 1), trace];
}

/** `A` or `B` for a trace that is marked. */
export function markOf(traceId: string): "A" | "B" | undefined {
  const index = marks.value.findIndex((mark) => mark.traceId === traceId);
  return index < 0 ? undefined : index === 0 ? "A" : "B";
}

/** Takes all marks away. */
export function clearMarks(): void {
  marks.value = [];
}
