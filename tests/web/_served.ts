import { TraceStore } from "../../src/assemble/trace_store.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import type { AccessToken } from "../../src/receivers/access_token.ts";
import type { ApiConnection } from "../../src/web/api.ts";
import { WebServer, type WebServerOptions } from "../../src/web/web_server.ts";
import type { WebSource } from "../../src/web/web_source.ts";

/** A source that a test changes as it likes. */
export class FakeSource implements WebSource {
  readonly title: string = "a test";
  readonly isRecording: boolean = true;
  readonly traces: TraceStore = new TraceStore();
  connection: ApiConnection = "live";
  problem: string | undefined;
  progress: number | undefined;
  skippedSpanCount = 0;
  readonly notices: string[] = [];
}

/** What a test with a server has. */
export interface Served {
  readonly source: FakeSource;
  readonly server: WebServer;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
}

/** The page that the servers of tests send. */
export const PAGE = "<!doctype html><title>page</title>";

/** Runs a test with a server on a free port. */
export async function withServer(
  options: Partial<WebServerOptions> & { host?: string; token?: AccessToken },
  test: (served: Served) => Promise<void>,
): Promise<void> {
  const source = new FakeSource();
  const { host = "127.0.0.1", ...others } = options;
  const server = await WebServer.listen(host, 0, {
    source,
    page: { path: "/", contentType: "text/html; charset=utf-8", text: PAGE },
    assets: [{ path: "/assets/app.1.js", contentType: "text/javascript", text: "go();" }],
    version: "1.2.3",
    ...others,
  });
  const serving = server.serve();
  try {
    await test({ source, server, origin: `http://127.0.0.1:${server.port}` });
  } finally {
    await server.close();
    await serving;
  }
}

/** A span for tests; it begins at 1 s and takes 1 ms unless said otherwise. */
export function makeSpan(fields: Partial<Span> & { traceId: string }): Span {
  return {
    spanId: "a",
    name: "GET /",
    kind: "http",
    startTimeUnixNano: 1_000_000_000n,
    endTimeUnixNano: 1_001_000_000n,
    state: "ended",
    attributes: createAttributes(),
    ...fields,
  };
}

/** Gets JSON. */
export async function getJson<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text);
}

/** What a server answers to lines sent as they are: no client would send most of them. */
export async function sendRaw(
  port: number,
  lines: readonly string[],
  hostname = "127.0.0.1",
): Promise<{ status: number; head: string; body: string }> {
  using connection = await Deno.connect({ hostname, port });
  const bytes = new TextEncoder().encode([...lines, "connection: close", "", ""].join("\r\n"));
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  const text = await new Response(connection.readable).text();
  const [head] = text.split("\r\n\r\n", 1);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    head,
    body: text.slice(head.length + 4),
  };
}
