import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Span } from "../../../src/model/span.ts";
import { transcodeZipkinJson } from "../../../src/wire/zipkin/transcode_zipkin_json.ts";
import { sentBodies } from "../../testing/sent_bodies.ts";
import { inTemporaryFolder } from "../../testing/temporary_folder.ts";
import { transcodedSpans } from "../../testing/transcoded_spans.ts";

const program = fileURLToPath(new URL("./client/main.cjs", import.meta.url));
const packages = ["zipkin@0.22.0", "zipkin-transport-http@0.22.0"];

/** What the program printed of each call. */
interface Call {
  readonly traceId: string;
  readonly call: string;
  readonly work: string;
  /** Microseconds. */
  readonly start: number;
}

Deno.test("a call that Zipkin's own client sent is one tree, in either model", () =>
  inTemporaryFolder(async (folder) => {
    const sent = await sentBodies(program, packages, folder);
    if (sent === undefined) return;
    const calls = sent.output as Call[];
    assertEquals(sent.requests.map(({ path, type }) => [path, type]), [
      ["/api/v2/spans", "application/json"],
      ["/api/v1/spans", "application/json"],
    ]);
    for (const [index, { body }] of sent.requests.entries()) {
      const { spans, result } = transcodedSpans(transcodeZipkinJson, body);
      assertEquals([result.accepted, result.rejected], [3, {}], result.firstProblem);
      const byService = (kind: string): Span => spans.find((span) => span.kind === kind)!;
      const [client, server, work] = ["client", "server", "internal"].map(byService);
      const { traceId, call, work: workId, start } = calls[index];
      assertEquals(spans.map((span) => span.traceId), [traceId, traceId, traceId]);
      assertEquals([client.spanId, client.parentId], [call, undefined]);
      assertEquals(server.parentId, call);
      assertEquals([work.spanId, work.parentId], [workId, call]);
      assertEquals([client, server, work].map((span) => micros(span, start)), [
        [0, 500],
        [100, 400],
        [200, 300],
      ]);
      assertEquals([client.name, client.service], ["get /größe", "frontend"]);
      assertEquals([server.name, server.service, work.service], [
        "get /größe",
        "backend",
        "backend",
      ]);
      assertEquals({ ...client.attributes }, {
        "http.path": "/größe",
        "network.local.address": "127.0.0.1",
        "network.local.port": 8080n,
        "peer.service": "backend",
        "network.peer.address": "127.0.0.1",
        "network.peer.port": 9000n,
      });
      assertEquals(server.events?.map(({ name }) => name), ["cache miss"]);
      assertEquals([work.name, work.status], ["query", { code: "error", message: "no rows" }]);
    }
  }));

/** Start and end in microseconds after the call's start. */
function micros(span: Span, start: number): number[] {
  return [span.startTimeUnixNano, span.endTimeUnixNano!]
    .map((nano) => Number(nano - BigInt(start) * 1000n) / 1000);
}
