import type { Session } from "./session.ts";

/**
 * What `--json` prints once everything listens: one line.
 *
 * @param web Where the browser view is, if there is one.
 */
export function formatReadyJson({ info, out, endpoints }: Session, web?: string): string {
  const { ssf, otlpHttp, otlpGrpc, zipkin, token } = endpoints;
  return JSON.stringify({
    event: "ready",
    pid: info.pid,
    socket: info.socket,
    view: info.view,
    out,
    otlp_http: otlpHttp,
    otlp_grpc: otlpGrpc,
    zipkin,
    ssf: ssf.length > 0 ? ssf : undefined,
    token,
    web,
  }) + "\n";
}

/** What `--json` prints at the end: one line. */
export function formatSummaryJson(session: Session): string {
  return JSON.stringify({ event: "summary", ...session.summary() }) + "\n";
}
