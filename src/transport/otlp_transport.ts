import { decodeOtlpResponse, decodeOtlpResponseJson } from "../wire/otlp/otlp_response.ts";
import type { PartialSuccess } from "../wire/otlp/otlp_response.ts";
import { decodeRpcStatus } from "../wire/otlp/rpc_status.ts";
import { GrpcTransport, type GrpcTransportOptions } from "./grpc_transport.ts";
import { HttpTransport, type HttpTransportOptions } from "./http_transport.ts";
import type { Refusal } from "./send_result.ts";
import type { Target } from "./target.ts";
import type { Transport } from "./transport.ts";

/** A receiver of OTLP. */
export type OtlpTarget = Extract<Target, { readonly protocol: `otlp-${string}` }>;

/** Options that all transports of OTLP share. */
export type OtlpTransportOptions = Pick<
  HttpTransportOptions & GrpcTransportOptions,
  "headers" | "backoff" | "timeoutMs"
>;

/** Makes the transport for requests of OTLP's trace service, whose answers it understands. */
export function openOtlpTransport(
  target: OtlpTarget,
  options: OtlpTransportOptions = {},
): Transport {
  const { headers, backoff, timeoutMs } = options;
  const common = { headers, backoff, timeoutMs };
  if (target.protocol === "otlp-grpc") {
    return new GrpcTransport(target.url, {
      ...common,
      readRefusal: ({ body }) => toRefusal(decodeOtlpResponse(body)),
      readRetryDelay: (details) => decodeRpcStatus(details)?.retryDelayMs,
    });
  }
  return new HttpTransport(target.url, {
    ...common,
    contentType: target.protocol === "otlp-json" ? "application/json" : "application/x-protobuf",
    readRefusal: ({ contentType, body }) =>
      toRefusal(
        isJson(contentType) ? decodeOtlpResponseJson(textOf(body)) : decodeOtlpResponse(body),
      ),
    readMessage: ({ contentType, body }) =>
      contentType.startsWith("application/x-protobuf")
        ? decodeRpcStatus(body)?.message ?? ""
        : messageOf(textOf(body)),
  });
}

function toRefusal(partial: PartialSuccess | undefined): Refusal | undefined {
  return partial && { count: partial.rejectedSpans, message: partial.errorMessage };
}

function isJson(contentType: string): boolean {
  return contentType.startsWith("application/json");
}

/** The message of a status in JSON, else the text itself: proxies answer with pages. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === "string") return message;
  } catch {
    // No JSON.
  }
  return text;
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
