import { encodeOtlpResponse } from "../wire/otlp/otlp_response.ts";
import type { GrpcMethod } from "./grpc_call.ts";
import type { OtlpIntake, OtlpSignal } from "./otlp_intake.ts";

/**
 * The methods of OTLP over gRPC by their paths, for a `GrpcReceiver`. See
 * https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export function otlpGrpcMethods(intake: OtlpIntake): Record<string, GrpcMethod> {
  const methods: Record<string, GrpcMethod> = {};
  for (const signal of Object.keys(SERVICES) as OtlpSignal[]) {
    methods[SERVICES[signal]] = (request) =>
      encodeOtlpResponse(intake.take(signal, request, "protobuf"));
  }
  return methods;
}

const SERVICES: Readonly<Record<OtlpSignal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
};
