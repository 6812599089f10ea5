import * as z from "zod";
import { Outline } from "./_outline.ts";
import { Answer, describeCall, shownText } from "./answer.ts";
import { countText, describeTrace, nowOf, sourceNotes } from "./describe_trace.ts";
import { findSpanIndex, findTrace } from "./find_trace.ts";
import { showId } from "./short_ids.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE, TRACE_ID } from "./tool.ts";

const INPUT = parameters({
  source: SOURCE,
  trace_id: TRACE_ID,
  focus_span: z.string().min(1).optional().describe("Only this span and what is below it"),
  depth: z.number().int().min(1).max(1000).optional().describe("Most levels to show"),
  min_duration_ms: z.number().min(0).default(0).describe("Leave out shorter spans"),
  fold: z.boolean().default(true).describe("Fold siblings that do the same"),
  offset: OFFSET.describe("Children of focus_span (or root spans) to skip"),
  max_bytes: MAX_BYTES,
});

/** Draws the tree of a trace, as much of it as there is room for. */
export const traceOutline = defineTool({
  name: "trace_outline",
  description:
    "The span tree of one trace, indented. A line: name, duration, self time, +start after the " +
    "trace's, kind, HTTP status, [service] where it changes, #span id, ✗ error, | statement. Siblings that do " +
    "the same are folded into one line (×48 …). What finds no room is counted (▸ N below); what is slow or failed " +
    "is opened first. focus_span drills in.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const source = await catalog.open(args.source, signal);
    const trace = findTrace(source, args.trace_id);
    const nowUnixNano = nowOf(source);
    const answer = new Answer(args.max_bytes);
    answer.add(`trace ${describeTrace(trace, showId(trace.traceId), nowUnixNano)}`);
    for (const warning of trace.warnings.slice(0, MAX_WARNINGS)) {
      answer.add(`! ${shownText(warning, 200)}`);
    }
    if (trace.warnings.length > MAX_WARNINGS) {
      answer.add(`! ${countText(trace.warnings.length - MAX_WARNINGS, "more warning")}`);
    }
    const outline = new Outline(trace, nowUnixNano, {
      minDurationNano: BigInt(Math.round(args.min_duration_ms * 1e6)),
      isFolding: args.fold,
      maxDepth: args.depth ?? Infinity,
    });
    const focus = args.focus_span === undefined ? -1 : findSpanIndex(trace, args.focus_span);
    const { lines, nextOffset, siblingCount, shortCount, isOpenable } = outline.draw(
      focus,
      args.offset,
      answer.freeBytes,
    );
    const lostCount = lines.filter((line) => !answer.add(line)).length;
    if (lostCount > 0) {
      answer.note(`${countText(lostCount, "line")} found no room; raise max_bytes.`);
    }
    if (shortCount > 0) {
      answer.note(`${countText(shortCount, "shorter span")} left out, with what is below.`);
    }
    if (nextOffset < siblingCount) {
      answer.note(
        `${countText(siblingCount - nextOffset, "more line")} at the first level: ${
          describeCall("trace_outline", INPUT, args, { offset: nextOffset })
        }`,
      );
    }
    if (isOpenable) {
      answer.note(
        `To see what is below a line: ${
          describeCall("trace_outline", INPUT, args, { focus_span: "<its #id>", offset: 0 })
        }`,
      );
    }
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

const MAX_WARNINGS = 5;
