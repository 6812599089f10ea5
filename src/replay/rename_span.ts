import { createHash } from "node:crypto";
import { changeSpan } from "../model/change_span.ts";
import type { Span } from "../model/span.ts";

/**
 * Gives a span new ids, so that a replayed trace stands beside the recorded one. The new ids depend
 * on the old ones and the salt alone: parents and links keep pointing at the right spans without
 * anything being remembered.
 *
 * @param salt Another one for each replay, for example a random UUID.
 */
export function renameSpan(span: Span, salt: string): Span {
  const { traceId, spanId, parentId, links } = span;
  return changeSpan(span, {
    traceId: newTraceId(traceId, salt),
    spanId: newSpanId(traceId, spanId, salt),
    parentId: parentId === undefined ? undefined : newSpanId(traceId, parentId, salt),
    links: links?.map((link) => ({
      ...link,
      traceId: newTraceId(link.traceId, salt),
      spanId: newSpanId(link.traceId, link.spanId, salt),
    })),
  });
}

function newSpanId(traceId: string, spanId: string, salt: string): string {
  return newId(`${salt} ${traceId.length} ${traceId} ${spanId}`, 16);
}

/** As long as protocols want it: 32 digits where there were 32, else go-trace's 16. */
function newTraceId(traceId: string, salt: string): string {
  return newId(`${salt} ${traceId}`, traceId.length === 32 ? 32 : 16);
}

function newId(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
