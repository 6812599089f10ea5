import type { OtlpFormat } from "../wire/otlp/count_otlp_records.ts";
import { encodeOtlpResponse, encodeOtlpResponseJson } from "../wire/otlp/otlp_response.ts";
import { encodeRpcStatus, encodeRpcStatusJson } from "../wire/otlp/rpc_status.ts";
import type { HttpAnswer } from "./http_answer.ts";
import type { HttpProblem } from "./http_problem.ts";
import type { HttpRoute } from "./http_receiver.ts";
import type { OtlpIntake, OtlpSignal } from "./otlp_intake.ts";

/**
 * The paths of OTLP over HTTP, for an `HttpReceiver`. Answers are in the format of their request: what
 * was not taken of a good one, or a `google.rpc.Status` that says what is wrong. See
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpHttpRoutes(intake: OtlpIntake): Record<string, HttpRoute> {
  const routes: Record<string, HttpRoute> = {};
  for (const signal of ["traces", "logs", "metrics"] as const) {
    routes[`/v1/${signal}`] = route(intake, signal);
  }
  return routes;
}

function route(intake: OtlpIntake, signal: OtlpSignal): HttpRoute {
  return {
    contentTypes: Object.keys(FORMATS),
    take(body, contentType): HttpAnswer {
      const format = FORMATS[contentType];
      const partial = intake.take(signal, body, format);
      return format === "json"
        ? { contentType, body: encodeOtlpResponseJson(partial) }
        : { contentType, body: encodeOtlpResponse(partial) };
    },
    describe(problem, contentType): HttpAnswer {
      const status = { code: rpcCode(problem), message: problem.message };
      return FORMATS[contentType ?? ""] === "protobuf"
        ? { contentType, body: encodeRpcStatus(status) }
        : { contentType: "application/json", body: encodeRpcStatusJson(status) };
    },
  };
}

/** The code of a `google.rpc.Status` that says the same as a status of HTTP. */
function rpcCode({ status }: HttpProblem): number {
  return RPC_CODES[status] ?? INVALID_ARGUMENT;
}

const FORMATS: Readonly<Record<string, OtlpFormat>> = {
  "application/x-protobuf": "protobuf",
  "application/json": "json",
};
const INVALID_ARGUMENT = 3;
/** See https://grpc.io/docs/guides/status-codes/ */
const RPC_CODES: Readonly<Record<number, number>> = {
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  408: 4,
  413: 8,
  431: 8,
  503: 14,
};
