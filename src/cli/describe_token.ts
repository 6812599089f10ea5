import { hostname } from "node:os";
import { isLoopback } from "../receivers/is_loopback.ts";
import { CommandError } from "./command_error.ts";
import { formatHostPort, parseHostPort } from "./host_port.ts";
import type { CliIo } from "./io.ts";
import type { Session } from "./session.ts";

/**
 * The token that the environment gives in `TRACE_TOKEN`.
 *
 * @throws {CommandError} When no header could carry it.
 */
export function readToken(io: CliIo): string | undefined {
  const token = io.env("TRACE_TOKEN");
  // See RFC 6750, section 2.1.
  if (token === undefined || /^[\w.~+/-]+=*$/.test(token)) return token;
  throw new CommandError(
    "TRACE_TOKEN cannot be sent in a header: use letters, digits and -._~+/ only",
    2,
  );
}

/** The variable with which OpenTelemetry SDKs send a token. */
export function tokenHeaders(token: string): string {
  return `Authorization=Bearer%20${encodeURIComponent(token)}`;
}

/** For people: what programs on other machines have to be told; nothing when none can send. */
export function describeToken({ endpoints }: Session): string {
  const { token, otlpHttp, otlpGrpc, zipkin } = endpoints;
  if (token === undefined) return "";
  const reachable = [otlpHttp, otlpGrpc].find((address) =>
    address !== undefined && !isLoopback(parseHostPort(address).host)
  );
  const lines = ["Programs on other machines need this session's token:"];
  if (reachable !== undefined) {
    lines.push(`  export OTEL_EXPORTER_OTLP_ENDPOINT=http://${publicAddress(reachable)}`);
    if (reachable === otlpGrpc) lines.push("  export OTEL_EXPORTER_OTLP_PROTOCOL=grpc");
    lines.push(`  export OTEL_EXPORTER_OTLP_HEADERS=${tokenHeaders(token)}`);
  }
  if (zipkin !== undefined && !isLoopback(parseHostPort(zipkin).host)) {
    lines.push(`  Zipkin: http://${publicAddress(zipkin)}/api/v2/spans, X-Trace-Token: ${token}`);
  }
  return lines.join("\n") + "\n";
}

/** What listens on all addresses is reached by the machine's name. */
function publicAddress(address: string): string {
  const { host, port } = parseHostPort(address);
  return formatHostPort({ host: host === "0.0.0.0" || host === "::" ? hostname() : host, port });
}
