import * as z from "zod";
import { criticalPath, type CriticalSegment } from "../analysis/critical_path.ts";
import { operationOf } from "../analysis/operation.ts";
import type { Trace } from "../model/trace.ts";
import { Answer, describeCall } from "./answer.ts";
import {
  countText,
  describeOperation,
  describeTrace,
  formatNano,
  nowOf,
  shownName,
  sourceNotes,
} from "./describe_trace.ts";
import { findTrace } from "./find_trace.ts";
import { createIdShortener, showId } from "./short_ids.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE, TRACE_ID } from "./tool.ts";

const INPUT = parameters({
  source: SOURCE,
  trace_id: TRACE_ID,
  order: z.enum(["share", "time"]).default("share").describe(
    "share: what takes most of the path first; time: stretch by stretch",
  ),
  limit: z.number().int().min(1).max(1000).default(20).describe("Most lines"),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Tells what a trace waited for. */
export const criticalPathTool = defineTool({
  name: "critical_path",
  description:
    "What the root span of a trace was waiting for, moment by moment: only making these spans shorter makes the " +
    "trace shorter.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const source = await catalog.open(args.source, signal);
    const trace = findTrace(source, args.trace_id);
    const segments = criticalPath(trace);
    const shortId = createIdShortener(trace.nodes.map(({ span }) => span.spanId), 8);
    const lines = args.order === "time"
      ? describeInTime(trace, segments, shortId)
      : describeShares(trace, segments, shortId);
    const answer = new Answer(args.max_bytes);
    answer.add(`trace ${describeTrace(trace, showId(trace.traceId), nowOf(source))}`);
    answer.add(
      lines.length === 0
        ? "The root span has no length: there is no path."
        : args.order === "time"
        ? "+start  time  share  span"
        : "share  time  operation, where it is slowest on the path",
    );
    let shown = args.offset;
    for (const line of lines.slice(args.offset, args.offset + args.limit)) {
      if (!answer.add(line)) break;
      shown++;
    }
    if (shown < lines.length) {
      answer.note(
        `${countText(lines.length - shown, "more line")}: ${
          describeCall("critical_path", INPUT, args, { offset: shown })
        }`,
      );
    }
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

function describeInTime(
  { nodes }: Trace,
  segments: readonly CriticalSegment[],
  shortId: (id: string) => string,
): string[] {
  const totalNano = lengthOf(segments);
  return segments.map(({ index, fromNano, toNano }) => {
    const { span } = nodes[index];
    return `+${formatNano(fromNano)}  ${formatNano(toNano - fromNano)}  ` +
      `${percent(toNano - fromNano, totalNano)}  ${shownName(span)} #${shortId(span.spanId)}`;
  });
}

/** What one operation has of the path. */
interface Share {
  readonly label: string;
  readonly indexes: Map<number, number>;
  nano: number;
}

function describeShares(
  { nodes }: Trace,
  segments: readonly CriticalSegment[],
  shortId: (id: string) => string,
): string[] {
  const totalNano = lengthOf(segments);
  const shares = new Map<string, Share>();
  for (const { index, fromNano, toNano } of segments) {
    const operation = operationOf(nodes[index].span);
    const key = JSON.stringify(operation);
    let share = shares.get(key);
    if (share === undefined) {
      const label = describeOperation(operation);
      shares.set(key, share = { label, indexes: new Map(), nano: 0 });
    }
    const nano = toNano - fromNano;
    share.nano += nano;
    share.indexes.set(index, (share.indexes.get(index) ?? 0) + nano);
  }
  return [...shares.values()].sort((a, b) => b.nano - a.nano).map(({ label, indexes, nano }) => {
    let slowest = -1;
    for (const [index, own] of indexes) {
      if (slowest < 0 || own > (indexes.get(slowest) ?? 0)) slowest = index;
    }
    const times = indexes.size === 1 ? "" : `×${indexes.size} `;
    return `${percent(nano, totalNano)}  ${formatNano(nano)}  ${times}${label} #${
      shortId(nodes[slowest].span.spanId)
    }`;
  });
}

function lengthOf(segments: readonly CriticalSegment[]): number {
  return segments.reduce((sum, { fromNano, toNano }) => sum + toNano - fromNano, 0);
}

function percent(part: number, whole: number): string {
  const share = part / whole * 100;
  return `${share >= 10 ? Math.round(share) : Number(share.toPrecision(2))}%`;
}
