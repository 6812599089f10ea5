import type { AttributeValue } from "../../model/attributes.ts";
import type { Span } from "../../model/span.ts";
import { type Tags, takeScope, takeStatus, takeTraceState } from "../opentelemetry_tags.ts";
import { sharedSpanId } from "./shared_span_id.ts";
import type { ZipkinEndpoint, ZipkinSpan } from "./_zipkin_span.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

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
  const traceState = takeTraceState(tags);
  if (traceState !== undefined) span.traceState = traceState;
  addEndpoint(tags, "network.local", local);
  add(tags, "peer.service", remote?.serviceName);
  addEndpoint(tags, "network.peer", remote);
  if (zipkin.isDebug) add(tags, "zipkin.debug", true);
  return span;
}

function serverOf(local: ZipkinEndpoint | undefined): string {
  return [local?.serviceName, local?.address, local?.port].map((each) => each ?? "").join("\n");
}

function addEndpoint(tags: Tags, prefix: string, endpoint: ZipkinEndpoint | undefined): void {
  add(tags, `${prefix}.address`, endpoint?.address);
  add(tags, `${prefix}.port`, endpoint?.port);
}

/** What the program itself said under that name stays. */
function add(tags: Tags, key: string, value: AttributeValue | undefined): void {
  if (value !== undefined) tags[key] ??= value;
}
