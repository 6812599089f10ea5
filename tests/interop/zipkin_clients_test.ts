import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Span } from "../../src/model/span.ts";
import { collectedSpans } from "../testing/collected_spans.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

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
    const packages = ["zipkin@0.22.0", "zipkin-transport-http@0.22.0"];
    const sent = await collectedSpans(path("zipkin.cjs"), packages, folder);
    if (sent === undefined) return;
    assertEquals([sent.summary.received, sent.summary.accepted, sent.summary.recorded], [6, 6, 6]);
    for (const { traceId, call, work: workId, start } of sent.output as Call[]) {
      const spans = sent.spans.filter((span) => span.traceId === traceId);
      assertEquals(spans.length, 3);
      const byKind = (kind: string): Span => spans.find((span) => span.kind === kind)!;
      const [client, server, work] = ["client", "server", "internal"].map(byKind);
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

/** A time of OpenTelemetry's SDK: seconds and nanoseconds. */
type HrTime = readonly [number, number];

interface Printed {
  readonly traceId: string;
  readonly ids: { readonly root: string; readonly child: string };
  readonly start: HrTime;
  readonly event: HrTime;
  readonly childDuration: HrTime;
  readonly rootDuration: HrTime;
}

Deno.test("spans that OpenTelemetry's exporter for Zipkin sent have its status, times and tags", () =>
  inTemporaryFolder(async (folder) => {
    const packages = [
      "@opentelemetry/api@1.9.1",
      "@opentelemetry/exporter-zipkin@2.12.0",
      "@opentelemetry/resources@2.12.0",
      "@opentelemetry/sdk-trace-base@2.12.0",
    ];
    const sent = await collectedSpans(path("opentelemetry.cjs"), packages, folder);
    if (sent === undefined) return;
    const printed = sent.output as Printed;
    assertEquals(sent.summary.accepted, 2);
    const [child, root] = [...sent.spans].sort((a) => a.parentId === undefined ? 1 : -1);
    assertEquals([child.traceId, root.traceId], [printed.traceId, printed.traceId]);
    assertEquals([root.spanId, root.parentId], [printed.ids.root, undefined]);
    assertEquals([child.spanId, child.parentId], [printed.ids.child, printed.ids.root]);
    assertEquals([root.kind, root.service, root.status], ["server", "größe", { code: "ok" }]);
    assertEquals([child.kind, child.status], ["client", { code: "error", message: "no rows" }]);
    assertEquals({ ...root.attributes }, { "n": "1", "ok": "true", "service.name": "größe" });
    // It sends the start with a fraction of a microsecond, which a JSON number holds to a quarter.
    assertNear(child.startTimeUnixNano, nano(printed.start), 250n);
    assertNear(child.events![0].timeUnixNano, nano(printed.event), 500n);
    assertNear(length(child), nano(printed.childDuration), 500n);
    assertNear(length(root), nano(printed.rootDuration), 500n);
  }));

function path(name: string): string {
  return fileURLToPath(new URL(`./zipkin_js/${name}`, import.meta.url));
}

/** Start and end in microseconds after the call's start. */
function micros(span: Span, start: number): number[] {
  return [span.startTimeUnixNano, span.endTimeUnixNano!]
    .map((nano) => Number(nano - BigInt(start) * 1000n) / 1000);
}

function nano([seconds, nanos]: HrTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}

function length(span: Span): bigint {
  return span.endTimeUnixNano! - span.startTimeUnixNano;
}

function assertNear(actual: bigint, expected: bigint, distance: bigint): void {
  const off = actual - expected;
  assert(off <= distance && off >= -distance, `${actual} is ${off} ns from ${expected}`);
}
