import type { AttributeValue } from "../model/attributes.ts";
import type { InstrumentationScope, SpanStatus } from "../model/span.ts";

/** Tags of a span that is being read. */
export type Tags = Record<string, AttributeValue>;

/**
 * Reads the status off the tags of a protocol that has no field for it: `error`, as Zipkin and
 * OpenTracing have it, and what OpenTelemetry's exporters write instead of their own status. The latter's
 * tags are removed, also an `error` beside them that only repeats them; any other stays, because programs put
 * it there.
 */
export function takeStatus(tags: Tags): SpanStatus | undefined {
  const code = tags["otel.status_code"];
  const isOk = code === "OK";
  const { error } = tags;
  const isError = code === "ERROR" || error !== undefined && error !== "false" && error !== false;
  if (!isOk && !isError) return undefined;
  delete tags["otel.status_code"];
  if (isOk) return { code: "ok" };
  const description = tags["otel.status_description"];
  const message = [description, error].find((each) =>
    typeof each === "string" && each !== "" && each !== "true"
  );
  if (message === description) delete tags["otel.status_description"];
  const isRepeated = error === true || error === "true" ||
    description !== undefined && error === description;
  if (code === "ERROR" && isRepeated) delete tags.error;
  return message === undefined ? { code: "error" } : { code: "error", message: message as string };
}

/** Reads the scope off the tags that OpenTelemetry's exporters write instead, and removes them. */
export function takeScope(tags: Tags): InstrumentationScope | undefined {
  const name = tags["otel.scope.name"];
  const version = tags["otel.scope.version"];
  if (typeof name !== "string") return undefined;
  delete tags["otel.scope.name"];
  // Its older name is sent beside it, for older receivers.
  if (tags["otel.library.name"] === name) delete tags["otel.library.name"];
  if (typeof version !== "string") return { name };
  delete tags["otel.scope.version"];
  if (tags["otel.library.version"] === version) delete tags["otel.library.version"];
  return { name, version };
}

/** Reads W3C's trace state off the tag that OpenTelemetry's exporters write it to, and removes it. */
export function takeTraceState(tags: Tags): string | undefined {
  const traceState = tags["w3c.tracestate"];
  if (typeof traceState !== "string") return undefined;
  delete tags["w3c.tracestate"];
  return traceState;
}
