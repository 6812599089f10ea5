import type { AttributeValue } from "../../model/attributes.ts";
import type { SpanEvent } from "../../model/span.ts";
import { isUnsetId } from "../hex_id.ts";
import { isJsonRecord, type JsonRecord } from "../json/parse_json_body.ts";
import { readHexId } from "../json/span_fields.ts";
import { quoteValue } from "../quote_value.ts";
import { RejectedSpanError } from "../span_line/rejected_span_error.ts";

/** A span as Zipkin's second model has it, which the first is brought to. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: ZipkinKind;
  readonly startUnixNano: bigint;
  /** Absent while it is not known. */
  readonly endUnixNano?: bigint;
  readonly local?: ZipkinEndpoint;
  readonly remote?: ZipkinEndpoint;
  readonly annotations: readonly SpanEvent[];
  /** Without a prototype. */
  readonly tags: Record<string, AttributeValue>;
  readonly isDebug: boolean;
  /** Whether the client's half of the call has the same id. */
  readonly isShared: boolean;
}

/** What side of an operation a span is; absent for local work. */
export type ZipkinKind = "client" | "server" | "producer" | "consumer";

/** One side of a call. */
export interface ZipkinEndpoint {
  readonly serviceName?: string;
  readonly address?: string;
  readonly port?: bigint;
}

/** The fields that both of Zipkin's models have in the same form. */
export function readIdentity(
  record: JsonRecord,
): Pick<ZipkinSpan, "traceId" | "id" | "parentId" | "name" | "isDebug"> {
  const id = readHexId(record, "id", 16);
  const parentId = isUnsetId(record.parentId) ? undefined : readHexId(record, "parentId", 16);
  const { name } = record;
  if (name !== undefined && name !== null && typeof name !== "string") {
    throw new RejectedSpanError("malformed", "A span's name is no string");
  }
  return {
    traceId: readHexId(record, "traceId", 32),
    id,
    // A span that is its own parent is how some old clients say that it is a root.
    ...(parentId === undefined || parentId === id ? {} : { parentId }),
    name: name ?? "",
    isDebug: record.debug === true,
  };
}

/** The earliest of some moments. */
export function earliest(annotations: readonly SpanEvent[]): bigint | undefined {
  let first: bigint | undefined;
  for (const { timeUnixNano } of annotations) {
    if (first === undefined || timeUnixNano < first) first = timeUnixNano;
  }
  return first;
}

/** Reads an endpoint; `undefined` when it says nothing. */
export function readEndpoint(value: unknown): ZipkinEndpoint | undefined {
  if (!isJsonRecord(value)) return undefined;
  const { serviceName, port } = value;
  // Both may be there; the older protocol is the one that its own tools show.
  const address = text(value.ipv4) ?? text(value.ipv6);
  const endpoint: ZipkinEndpoint = {
    ...(text(serviceName) === undefined ? {} : { serviceName: text(serviceName) }),
    ...(address === undefined ? {} : { address }),
    // 0 means unknown.
    ...(typeof port === "number" && Number.isInteger(port) && port > 0 && port <= 65_535
      ? { port: BigInt(port) }
      : {}),
  };
  return Object.keys(endpoint).length === 0 ? undefined : endpoint;
}

/**
 * Reads the value of a tag. Zipkin allows text only; numbers and flags of careless senders are taken as
 * what they are.
 */
export function readTagValue(key: string, value: unknown): AttributeValue {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isInteger(value)) return value;
    if (Number.isSafeInteger(value)) return BigInt(value);
  }
  throw new RejectedSpanError(
    "invalid_attribute",
    `A span's tag ${quoteValue(key)} is no text, and no number that is exact`,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
