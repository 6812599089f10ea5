import * as z from "zod";
import { OPERATION_CATEGORIES } from "../analysis/operation.ts";
import type { OperationGroup } from "../analysis/operation_group.ts";
import type { Span } from "../model/span.ts";
import { formatAttributeValue } from "../wire/span_line/format_attribute_value.ts";
import { Answer, beginningOf, describeCall, shownText } from "./answer.ts";
import { collectStats } from "./collect_stats.ts";
import { countText, formatNano, showTime, sourceNotes } from "./describe_trace.ts";
import { QUERY, readQuery } from "./query_parameter.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE } from "./tool.ts";

const SORTS = ["self", "total", "count", "p95", "errors"] as const;

const INPUT = parameters({
  source: SOURCE,
  query: QUERY,
  category: z.enum(OPERATION_CATEGORIES).optional().describe("Only operations of this kind"),
  group_by: z.string().min(1).optional().describe(
    '"service", or the name of an attribute; default: operations (SQL without values, routes)',
  ),
  sort: z.enum(SORTS).default("self").describe("What comes first"),
  limit: z.number().int().min(1).max(1000).default(25).describe("Most lines"),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Figures of operations. */
export const stats = defineTool({
  name: "stats",
  description:
    "Figures over all traces, for each operation (or service, or value of an attribute): count, errors, " +
    "p50 p95 p99 max, total time, self time (without children). Find here where the time goes.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const query = await readQuery(args.query);
    const source = await catalog.open(args.source, signal);
    const { group_by: groupBy, category } = args;
    const isByValue = groupBy !== undefined && groupBy !== "service";
    const collector = await collectStats(source, query, {
      key: isByValue ? `${category ?? ""} ${groupBy}` : "",
      options: isByValue ? { by: { valueOf: (span) => valueOf(span, groupBy), category } } : {},
      signal,
    });
    const tables = groupBy !== undefined
      ? [isByValue ? "by" as const : "service" as const]
      : category === undefined
      ? OPERATION_CATEGORIES
      : [category];
    const groups = tables.flatMap((table) => collector.groups(table)).filter(hasSpans)
      .sort(ORDERS[args.sort]);
    const { summary } = collector;
    const answer = new Answer(args.max_bytes);
    answer.add(
      `${countText(summary.spanCount, "span")} in ${countText(summary.traceCount, "trace")}` +
        (summary.startTimeUnixNano === undefined
          ? ""
          : `, from ${showTime(summary.startTimeUnixNano)} to ${
            showTime(summary.endTimeUnixNano ?? summary.startTimeUnixNano)
          }`),
    );
    const what = groupBy === undefined ? "category [service] operation" : shownText(groupBy, 100);
    if (groups.length > 0) {
      answer.add(`count  errors  p50  p95  p99  max  total  self  | ${what}`);
    } else if (isByValue && summary.spanCount > 0) {
      answer.add(`None has an attribute ${JSON.stringify(shownText(groupBy, 100))}.`);
    }
    let shown = args.offset;
    for (const group of groups.slice(args.offset, args.offset + args.limit)) {
      if (!answer.add(describeGroup(group, source.isLive))) break;
      shown++;
    }
    if (shown < groups.length) {
      answer.note(
        `${countText(groups.length - shown, "more line")}: ${
          describeCall("stats", INPUT, args, { offset: shown })
        }`,
      );
    }
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

/** A group may hold none of the spans that a query chooses. */
function hasSpans(
  { durations, runningCount, unfinishedCount, clockSkewCount }: OperationGroup,
): boolean {
  return durations.count + runningCount + unfinishedCount + clockSkewCount > 0;
}

function describeGroup(group: OperationGroup, isLive: boolean): string {
  const { durations, errorCount, clockSkewCount } = group;
  // What runs when its source has ended never will end.
  const runningCount = isLive ? group.runningCount : 0;
  const unfinishedCount = group.unfinishedCount + (isLive ? 0 : group.runningCount);
  const isOperation = group.table !== "service" && group.table !== "by";
  const name = group.name === "" ? "(none)" : shownText(group.name, MAX_NAME_LENGTH);
  return [
    durations.count,
    errorCount,
    ...[0.5, 0.95, 0.99].map((share) => formatNano(durations.percentileNano(share))),
    formatNano(durations.maxNano),
    formatNano(durations.totalNano),
    formatNano(group.selfNano),
    "|",
    ...(isOperation ? [group.category] : []),
    ...(isOperation && group.service !== "" ? [`[${shownText(group.service, 60)}]`] : []),
    name,
    ...(runningCount > 0 ? [`(${runningCount} running)`] : []),
    ...(unfinishedCount > 0 ? [`(${unfinishedCount} unfinished)`] : []),
    ...(clockSkewCount > 0 ? [`(${clockSkewCount} end before they start)`] : []),
  ].join("  ");
}

function valueOf(span: Span, name: string): string | undefined {
  const value = span.attributes[name] ?? span.resource?.[name];
  return value === undefined
    ? undefined
    : beginningOf(formatAttributeValue(value), MAX_VALUE_LENGTH);
}

const ORDERS: Readonly<
  Record<typeof SORTS[number], (a: OperationGroup, b: OperationGroup) => number>
> = {
  self: (a, b) => b.selfNano - a.selfNano,
  total: (a, b) => b.durations.totalNano - a.durations.totalNano,
  count: (a, b) => b.durations.count - a.durations.count,
  p95: (a, b) => b.durations.percentileNano(0.95) - a.durations.percentileNano(0.95),
  errors: (a, b) => b.errorCount - a.errorCount,
};

const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 1000;
