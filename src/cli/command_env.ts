import type { Span } from "../model/span.ts";
import { tokenHeaders } from "./describe_token.ts";
import type { CliIo } from "./io.ts";
import { nodeOptions } from "./node_register.ts";
import type { Session } from "./session.ts";
import { openSessionFolder } from "./session_folder.ts";

/** The environment in which programs of all kinds find this session. */
export async function commandEnv(io: CliIo, session: Session): Promise<Record<string, string>> {
  const { socket } = session.info;
  const { otlpHttp, token } = session.endpoints;
  const env: Record<string, string> = { TRACE_SOCKET: socket, GOTRACE_SOCKET: socket };
  if (otlpHttp !== undefined) {
    env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://${otlpHttp}`;
    // Whatever the user's shell says of these would send the spans elsewhere, or not at all.
    env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = `http://${otlpHttp}/v1/traces`;
    env.OTEL_EXPORTER_OTLP_PROTOCOL = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = "http/protobuf";
    env.OTEL_TRACES_EXPORTER = "otlp";
    if (token !== undefined) {
      // At such an address this machine's own programs, too, may seem to come from outside.
      const headers = io.env("OTEL_EXPORTER_OTLP_HEADERS");
      env.OTEL_EXPORTER_OTLP_HEADERS = (headers === undefined ? "" : `${headers},`) +
        tokenHeaders(token);
    }
    for (const name of Object.keys(OTEL_DEFAULTS)) {
      if (io.env(name) === undefined) env[name] = OTEL_DEFAULTS[name];
    }
  }
  const node = await nodeOptions(await openSessionFolder(io), io.env("NODE_OPTIONS"));
  if (node !== undefined) env.NODE_OPTIONS = node;
  return env;
}

/** The variables by which programs put their spans below one. */
export function spanEnv({ traceId, spanId }: Span): Record<string, string> {
  // What was handed on together with another parent does not belong to this one.
  return { TRACEPARENT: `00-${traceId}-${spanId}-01`, TRACESTATE: "" };
}

/** What serves most users best, unless they have decided otherwise. */
const OTEL_DEFAULTS: Readonly<Record<string, string>> = {
  OTEL_DENO: "true",
  // Finished spans are shown within moments, not after five seconds.
  OTEL_BSP_SCHEDULE_DELAY: "100",
  // What is logged within a span becomes an event of it.
  OTEL_LOGS_EXPORTER: "otlp",
  OTEL_BLRP_SCHEDULE_DELAY: "100",
  // They would only be counted.
  OTEL_METRICS_EXPORTER: "none",
};
