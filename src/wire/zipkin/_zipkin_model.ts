import type { AttributeValue } from "../../model/attributes.ts";
import type { InstrumentationScope, Span, SpanStatus } from "../../model/span.ts";
import { sharedSpanId } from "./shared_span_id.ts";
import type { ZipkinEndpoint, ZipkinSpan } from "./_zipkin_span.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Tags = Record<string, AttributeValue>;

/** Makes a span of the model from Zipkin's; the table is at `transcodeZipkinJson`. */
export function zipkinSpanToSpan(zipkin: ZipkinSpan): Span {
  const { traceId, id, parentId, local, remote, tags, endUnixNano } = zipkin;
  const span: Writable<Span> = {
    traceId,
    spanId: zipkin.isShared ? sharedSpanId(id, serverOf(local)) : id,
    name: zipkin.name,
    kind: zipkin.kind ?? "internal",
    startTimeUnixNano: zipkin.startUnixNano,
    state: endUnixNano === undefined ? "running" : "ended",
    attributes: tags,
  };
  const parent = zipkin.isShared ? id : parentId;
  if (parent !== undefined) span.parentId = parent;
  if (endUnixNano !== undefined) span.endTimeUnixNano = endUnixNano;
  if (local?.serviceName !== undefined) span.service = local.serviceName;
  if (zipkin.annotations.length > 0) span.events = zipkin.annotations;
  const status = takeStatus(tags);
  if (status !== undefined) span.status = status;
  const scope = takeScope(tags);
  if (scope !== undefined) span.scope = scope;
  addEndpoint(tags, "network.local", local);
  add(tags, "peer.service", remote?.serviceName);
  addEndpoint(tags, "network.peer", remote);
  if (zipkin.isDebug) add(tags, "zipkin.debug", true);
  return span;
}

function serverOf(local: ZipkinEndpoint | undefined): string {
  return [local?.serviceName, local?.address, local?.port].map((each) => each ?? "").join("\n");
}

/** Zipkin's own sign of an error is a tag, whatever it says; OpenTelemetry's exporters add theirs. */
function takeStatus(tags: Tags): SpanStatus | undefined {
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
  return message === undefined ? { code: "error" } : { code: "error", message: message as string };
}

function takeScope(tags: Tags): InstrumentationScope | undefined {
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

function addEndpoint(tags: Tags, prefix: string, endpoint: ZipkinEndpoint | undefined): void {
  add(tags, `${prefix}.address`, endpoint?.address);
  add(tags, `${prefix}.port`, endpoint?.port);
}

/** What the program itself said under that name stays. */
function add(tags: Tags, key: string, value: AttributeValue | undefined): void {
  if (value !== undefined) tags[key] ??= value;
}
