import * as z from "zod";
import { selfTimesNano } from "../analysis/self_time.ts";
import { spanService } from "../model/span_service.ts";
import { isErrorSpan } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { errorMessage } from "../views/span_facts.ts";
import { Answer, describeCall, longestFit, shownText } from "./answer.ts";
import {
  countText,
  describeSpanDuration,
  formatNano,
  nowOf,
  shownName,
  showTime,
  sourceNotes,
} from "./describe_trace.ts";
import { findSpanIndex, findTrace } from "./find_trace.ts";
import { showId } from "./short_ids.ts";
import { spanFields } from "./span_fields.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters, SOURCE, TRACE_ID } from "./tool.ts";
import { ToolError } from "./tool_error.ts";
import { escapeText } from "../terminal/escape_text.ts";

const INPUT = parameters({
  source: SOURCE,
  trace_id: TRACE_ID,
  span_id: z.string().min(1).describe("Span id, or a unique beginning of it"),
  attribute: z.string().optional().describe(
    "Name of one value as the details show it, such as db.query.text or event[0].exception.stacktrace",
  ),
  offset: OFFSET.describe("Characters of `attribute`, or values, to skip"),
  max_bytes: MAX_BYTES,
});

/** Tells everything about one span. */
export const spanDetails = defineTool({
  name: "span_details",
  description:
    "Everything about one span: times, attributes, events (exceptions, logs), links, resource. " +
    "Long values are cut; `attribute` gives one of them whole, in pieces.",
  input: INPUT,
  async run(args, { catalog, signal }): Promise<string> {
    const source = await catalog.open(args.source, signal);
    const trace = findTrace(source, args.trace_id);
    const index = findSpanIndex(trace, args.span_id);
    const answer = new Answer(args.max_bytes);
    if (args.attribute !== undefined) {
      addValue(answer, trace, index, { ...args, attribute: args.attribute });
      return answer.toString();
    }
    if (args.offset === 0) {
      for (const line of describe(trace, index, nowOf(source))) answer.add(line);
    }
    addFields(answer, trace, index, args);
    for (const note of sourceNotes(source)) answer.note(note);
    return answer.toString();
  },
});

interface Arguments {
  readonly offset: number;
  readonly attribute?: string;
  readonly [name: string]: unknown;
}

function describe(trace: Trace, index: number, nowUnixNano: bigint | undefined): string[] {
  const { nodes } = trace;
  const { span, subtreeSize, parent, isOrphan } = nodes[index];
  const service = spanService(span);
  const ownLine: [string, string][] = [
    ["name", shownName(span)],
    ["ids", `trace ${showId(trace.traceId)} span ${showId(span.spanId)}`],
    [
      "parent",
      span.parentId === undefined
        ? "none (root span)"
        : `#${showId(span.parentId)} ${
          isOrphan ? "(not seen)" : parent < 0 ? "" : shownName(nodes[parent].span)
        }`,
    ],
    ["kind", String(span.kind)],
    ...(service === undefined ? [] : [["service", shownText(service, 200)] as [string, string]]),
    [
      "start",
      `${showTime(span.startTimeUnixNano)} (${
        span.startTimeUnixNano - trace.startTimeUnixNano
      }ns after its trace)`,
    ],
    [
      "duration",
      describeSpanDuration(span, nowUnixNano) +
      (span.endTimeUnixNano === undefined
        ? ""
        : ` (${span.endTimeUnixNano - span.startTimeUnixNano}ns), self ${
          formatNano(selfTimesNano(trace)[index])
        }`),
    ],
    ["state", span.state === "running" && nowUnixNano === undefined ? "unfinished" : span.state],
    ...(span.status === undefined ? [] : [["status", span.status.code] as [string, string]]),
    ...(isErrorSpan(span)
      ? [["error", shownText(errorMessage(span), MAX_SHOWN_VALUE)] as [string, string]]
      : []),
    ["spans below", String(subtreeSize - 1)],
  ];
  return ownLine.map(([label, text]) => `${label}: ${text}`);
}

function addFields(answer: Answer, trace: Trace, index: number, args: Arguments): void {
  let at = 0;
  let left = 0;
  let isCut = false;
  for (const { name, text } of spanFields(trace.nodes[index].span)) {
    if (at++ < args.offset) continue;
    if (left > 0) {
      left++;
      continue;
    }
    const value = text();
    const isLong = value.length > MAX_SHOWN_VALUE;
    const line = `${shownText(name, MAX_SHOWN_NAME)} = ${shownText(value, MAX_SHOWN_VALUE)}` +
      (isLong ? ` (${value.length.toLocaleString("en-US")} characters)` : "");
    if (answer.add(line)) isCut ||= isLong;
    else left = 1;
  }
  if (isCut) {
    answer.note(
      `Cut values whole: ${
        describeCall("span_details", INPUT, args, { attribute: "<name>", offset: 0 })
      }`,
    );
  }
  if (left > 0) {
    answer.note(
      `${countText(left, "more value")}: ${
        describeCall("span_details", INPUT, args, { offset: at - left })
      }`,
    );
  }
}

/** Adds a piece of one value, a line of it a line, each marked as foreign text. */
function addValue(
  answer: Answer,
  trace: Trace,
  index: number,
  args: Arguments & { readonly attribute: string },
): void {
  const names: string[] = [];
  let value: string | undefined;
  for (const field of spanFields(trace.nodes[index].span)) {
    const shown = shownText(field.name, MAX_SHOWN_NAME);
    if (names.length < MAX_LISTED) names.push(shown);
    if (field.name === args.attribute || shown === args.attribute) {
      value = field.text();
      break;
    }
  }
  if (value === undefined) {
    throw new ToolError(
      `The span has no value ${JSON.stringify(shownText(args.attribute, 100))}; ` +
        (names.length === 0 ? "it has none at all" : `it has ${names.join(", ")}`),
    );
  }
  const { length } = value;
  answer.add(
    `${shownText(args.attribute, MAX_SHOWN_NAME)}: ${length.toLocaleString("en-US")} characters` +
      (args.offset > 0 ? `, from character ${args.offset}` : ""),
  );
  let at = Math.min(args.offset, length);
  while (at < length) {
    const lineEnd = value.indexOf("\n", at);
    const end = lineEnd < 0 ? length : lineEnd;
    const line = value.slice(at, end);
    if (answer.add(quoteLine(line))) {
      at = end + 1;
      continue;
    }
    const part = longestFit(line, answer.freeBytes, quoteLine);
    if (part.length > 0 && answer.add(quoteLine(part))) at += part.length;
    break;
  }
  if (at < length) {
    answer.note(
      `${countText(length - at, "more character")}: ${
        describeCall("span_details", INPUT, args, { offset: at })
      }`,
    );
  }
}

function quoteLine(line: string): string {
  return `| ${escapeText(line.replaceAll("\t", "  "))}`;
}

const MAX_SHOWN_VALUE = 300;
const MAX_SHOWN_NAME = 200;
const MAX_LISTED = 40;
