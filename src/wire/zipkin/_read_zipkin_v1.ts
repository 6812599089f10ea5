import { type AttributeValue, createAttributes } from "../../model/attributes.ts";
import type { SpanEvent } from "../../model/span.ts";
import type { JsonRecord } from "../json/parse_json_body.ts";
import { readMicros, readRecords } from "../json/span_fields.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";
import { readAnnotation } from "./_read_zipkin_v2.ts";
import {
  earliest,
  readEndpoint,
  readIdentity,
  readTagValue,
  type ZipkinEndpoint,
  type ZipkinKind,
  type ZipkinSpan,
} from "./_zipkin_span.ts";

/**
 * Whether a span is of Zipkin's first model, where annotations say what the fields of the second say, and
 * each has an endpoint of its own.
 */
export function isZipkinV1(record: JsonRecord): boolean {
  if (V2_FIELDS.some((field) => field in record)) return false;
  if ("binaryAnnotations" in record) return true;
  const { annotations } = record;
  return Array.isArray(annotations) && annotations.some((each) => each?.endpoint !== undefined);
}

/**
 * Reads a span of Zipkin's first model.
 *
 * | first model | here |
 * | --- | --- |
 * | annotations `cs`, `cr` | a client span and its times |
 * | `sr`, `ss` | a server span and its times; shared when the span has no `timestamp`, for only who began a span wrote one |
 * | `ms`; `mr` | a producer span; a consumer span |
 * | `sa`, `ca`, `ma` among the binary annotations | the remote endpoint of the client, server, messaging span |
 * | `lc` | its endpoint is the local one; its value, if any, a tag |
 * | other annotations and binary annotations | events and tags of the half whose service wrote them |
 *
 * @returns Two spans when the message has both halves of a call.
 */
export function readZipkinV1(record: JsonRecord): ZipkinSpan[] {
  const parts = readParts(record);
  const halves = SIDES.filter(({ begin, end }) => parts.core.has(begin) || parts.core.has(end))
    .map((side) => beginHalf(side, parts));
  if (halves.length === 0) halves.push(beginHalf(LOCAL_SIDE, parts));
  for (const each of parts.annotations) halfOf(halves, each.endpoint).annotations.push(each.event);
  for (const each of parts.binary) {
    halfOf(halves, each.endpoint).tags[each.key] = each.value;
  }
  const identity = readIdentity(record);
  return halves.map((half, index) => finishHalf(half, index, halves.length, identity, parts));
}

/** Fields that only the second model has. */
const V2_FIELDS = ["localEndpoint", "remoteEndpoint", "kind", "tags", "shared"];

interface Side {
  readonly kind?: ZipkinKind;
  readonly begin: string;
  readonly end: string;
  /** The binary annotation whose endpoint is the other side's. */
  readonly remote: string;
}

const SIDES: readonly Side[] = [
  { kind: "client", begin: "cs", end: "cr", remote: "sa" },
  { kind: "server", begin: "sr", end: "ss", remote: "ca" },
  { kind: "producer", begin: "ms", end: "", remote: "ma" },
  { kind: "consumer", begin: "mr", end: "", remote: "ma" },
];
const LOCAL_SIDE: Side = { begin: "", end: "", remote: "sa" };
const CORE_ANNOTATIONS: ReadonlySet<string> = new Set(["cs", "cr", "sr", "ss", "ms", "mr"]);
const ADDRESS_KEYS: ReadonlySet<string> = new Set(["sa", "ca", "ma"]);
const LOCAL_COMPONENT = "lc";
const INTEGER = /^-?\d{1,19}$/;

interface Located {
  readonly endpoint: ZipkinEndpoint | undefined;
}

/** The contents of a span, sorted by what they mean. */
interface Parts {
  readonly timestamp: bigint | undefined;
  readonly duration: bigint | undefined;
  /** Annotations that say when a half began or ended. */
  readonly core: ReadonlyMap<string, Located & { readonly timeUnixNano: bigint }>;
  readonly annotations: readonly (Located & { readonly event: SpanEvent })[];
  readonly binary: readonly (Located & { readonly key: string; readonly value: AttributeValue })[];
  readonly remote: ReadonlyMap<string, ZipkinEndpoint>;
  /** Who wrote it, as far as anything tells. */
  readonly writer: ZipkinEndpoint | undefined;
}

interface Half {
  readonly side: Side;
  readonly local: ZipkinEndpoint | undefined;
  readonly annotations: SpanEvent[];
  readonly tags: Record<string, AttributeValue>;
}

function readParts(record: JsonRecord): Parts {
  const core = new Map<string, Located & { timeUnixNano: bigint }>();
  const annotations: (Located & { event: SpanEvent })[] = [];
  const binary: (Located & { key: string; value: AttributeValue })[] = [];
  const remote = new Map<string, ZipkinEndpoint>();
  let writer: ZipkinEndpoint | undefined;
  for (const each of readRecords(record, "annotations")) {
    const event = readAnnotation(each);
    const endpoint = readEndpoint(each.endpoint);
    writer ??= endpoint;
    if (CORE_ANNOTATIONS.has(event.name) && !core.has(event.name)) {
      core.set(event.name, { endpoint, timeUnixNano: event.timeUnixNano });
    } else annotations.push({ endpoint, event });
  }
  for (const each of readRecords(record, "binaryAnnotations")) {
    const { key, value } = each;
    const endpoint = readEndpoint(each.endpoint);
    if (typeof key !== "string") {
      throw new RejectedSpanError("malformed", "A binary annotation has no key");
    }
    // As an address it holds a flag; as text it is a tag that happens to have that name.
    if (ADDRESS_KEYS.has(key) && (value === true || value === "true")) {
      if (endpoint !== undefined) remote.set(key, endpoint);
      continue;
    }
    if (key === LOCAL_COMPONENT) writer = endpoint ?? writer;
    else writer ??= endpoint;
    if (value === null || value === undefined || key === LOCAL_COMPONENT && value === "") continue;
    binary.push({ endpoint, key, value: readBinaryValue(key, value, each.type) });
  }
  const timestamp = readMicros(record, "timestamp") || undefined;
  const duration = readMicros(record, "duration");
  return { timestamp, duration, core, annotations, binary, remote, writer };
}

/** 64-bit integers come as text with a type, because JSON's numbers would lose them. */
function readBinaryValue(key: string, value: unknown, type: unknown): AttributeValue {
  const isInteger = type === "I16" || type === "I32" || type === "I64";
  if (isInteger && typeof value === "string" && INTEGER.test(value)) return BigInt(value);
  if (type === "DOUBLE" && typeof value === "number") return value;
  return readTagValue(key, value);
}

function beginHalf(side: Side, parts: Parts): Half {
  const { begin, end } = side;
  const local = parts.core.get(begin)?.endpoint ?? parts.core.get(end)?.endpoint ?? parts.writer;
  return { side, local, annotations: [], tags: createAttributes() };
}

/** The half whose service wrote something; the first where that is not clear. */
function halfOf(halves: readonly Half[], endpoint: ZipkinEndpoint | undefined): Half {
  const service = endpoint?.serviceName;
  return halves.find(({ local }) => service !== undefined && local?.serviceName === service) ??
    halves[0];
}

function finishHalf(
  half: Half,
  index: number,
  count: number,
  identity: ReturnType<typeof readIdentity>,
  parts: Parts,
): ZipkinSpan {
  const { side, local, annotations, tags } = half;
  const begin = parts.core.get(side.begin)?.timeUnixNano;
  const end = parts.core.get(side.end)?.timeUnixNano;
  // The span's own times are those of who began it: of the client where there is one.
  const timestamp = index === 0 ? parts.timestamp : undefined;
  const duration = index === 0 ? parts.duration : undefined;
  const start = timestamp ?? begin ?? earliest(annotations) ?? end;
  if (start === undefined) {
    throw new RejectedSpanError("invalid_time", "A span has neither timestamp nor annotations");
  }
  return {
    ...identity,
    kind: side.kind,
    startUnixNano: start,
    endUnixNano: duration === undefined ? end : start + duration,
    local,
    remote: parts.remote.get(side.remote) ?? otherSide(side, parts, count),
    annotations,
    tags,
    isShared: side.kind === "server" && (index > 0 || parts.timestamp === undefined),
  };
}

/** With both halves in one message each is the other's remote. */
function otherSide(side: Side, parts: Parts, count: number): ZipkinEndpoint | undefined {
  if (count < 2) return undefined;
  if (side.kind === "client") return parts.core.get("sr")?.endpoint;
  return side.kind === "server" ? parts.core.get("cs")?.endpoint : undefined;
}
