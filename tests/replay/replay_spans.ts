import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import type { ReplayPlan } from "../../src/replay/replay_plan.ts";
import { type EventRecord, formatEvent, parseEvent } from "../../src/wire/gotrace/event.ts";

/** 2026-03-11T10:00:00Z */
export const BASE_NANO = 1773223200_000000000n;

/** A go-trace span from `from` to `to`, nanoseconds after the base. */
export function replaySpan(
  spanId: string,
  from: number,
  to: number | undefined,
  fields: Partial<Span> = {},
): Span {
  const span = {
    traceId: "t1",
    spanId,
    name: `span ${spanId}`,
    kind: "function" as const,
    startTimeUnixNano: BASE_NANO + BigInt(from),
    attributes: createAttributes(),
    ...fields,
  };
  return to === undefined
    ? { ...span, state: "unfinished" }
    : { ...span, endTimeUnixNano: BASE_NANO + BigInt(to), state: "ended" };
}

/** The events of a plan in order. */
export function planEvents(plan: ReplayPlan, shiftNano?: bigint): EventRecord[] {
  const events: EventRecord[] = [];
  for (let i = 0; i < plan.eventCount; i++) {
    const bytes = new Uint8Array(plan.maxBytes(i));
    const length = plan.write(i, bytes, 0, shiftNano);
    const line = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
    if (!line.endsWith("}\n")) throw new Error(`Not a line: ${line}`);
    const event = parseEvent(line.slice(0, -1));
    // Collectors are quick with lines of exactly this shape.
    if (formatEvent(event) !== line) throw new Error(`Not as go-trace writes it: ${line}`);
    events.push(event);
  }
  return events;
}

/** Short form of events: `+a` for the start of span a, `-a` for its end. */
export function eventMarks(plan: ReplayPlan): string {
  return planEvents(plan).map(({ type, span_id }) => (type === 0 ? "+" : "-") + span_id).join(" ");
}
