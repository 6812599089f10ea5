import type { Attributes, AttributeValue } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { onOneLine } from "./on_one_line.ts";

/** Whether a span is looked for. */
export type SpanTest = (span: Span) => boolean;

/**
 * A test for text that a span shows: in its name, its service, its status, the keys and values of its
 * attributes, of its events, links, resource and samples, also inside of lists and maps; or that is one of its
 * ids. Capitals count only if the text has one. Blanks and line breaks count as one blank.
 */
export function textTest(text: string): SpanTest {
  const wanted = onOneLine(text);
  const isExact = wanted !== wanted.toLowerCase();
  // Making a text lower case makes a copy of it; a pattern does not.
  const pattern = new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), isExact ? "u" : "iu");

  function isIn(part: string): boolean {
    return pattern.test(BLANKS.test(part) ? onOneLine(part) : part);
  }
  function isInValue(value: AttributeValue): boolean {
    if (typeof value !== "object") return isIn(typeof value === "string" ? value : String(value));
    // Lists and maps may be nested deeper than a stack can go.
    const todo: AttributeValue[] = [value];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (typeof next !== "object") {
        if (isIn(String(next))) return true;
      } else if (Array.isArray(next)) {
        for (const item of next) todo.push(item);
      } else if (!(next instanceof Uint8Array)) {
        const map = next as Attributes;
        for (const key in map) {
          if (isIn(key)) return true;
          todo.push(map[key]);
        }
      }
    }
    return false;
  }
  function isInSome(attributes: Attributes | undefined): boolean {
    for (const key in attributes) if (isIn(key) || isInValue(attributes[key])) return true;
    return false;
  }
  return (span) =>
    isIn(span.name) || span.spanId === text || span.traceId === text ||
    (span.service !== undefined && isIn(span.service)) ||
    (span.status?.message !== undefined && isIn(span.status.message)) ||
    isInSome(span.attributes) || isInSome(span.resource) ||
    (span.scope !== undefined && isIn(span.scope.name)) ||
    (span.events?.some((event) => isIn(event.name) || isInSome(event.attributes)) ?? false) ||
    (span.links?.some((link) =>
      link.traceId === text || link.spanId === text || isInSome(link.attributes)
    ) ?? false) ||
    (span.samples?.some((sample) =>
      isIn(sample.name) || (sample.message !== undefined && isIn(sample.message)) ||
      isInSome(sample.tags)
    ) ?? false);
}

const BLANKS = /[\t\r\n]| {2}/;

/**
 * Finds the spans of a trace that pass a test, or that a query finds.
 *
 * @returns Their places in the trace's nodes, ascending.
 */
export function findSpans(trace: Trace, by: SpanTest | SpanQuery): Int32Array {
  if (typeof by !== "function") return new Int32Array(by.findSpans(trace));
  const found: number[] = [];
  for (let index = 0; index < trace.nodes.length; index++) {
    if (by(trace.nodes[index].span)) found.push(index);
  }
  return new Int32Array(found);
}
