import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  ErrNoMetrics,
  report,
  reportAsync,
  reportBatch,
  reportOne,
} from "../../src/veneur/metrics/mod.ts";
import { newBackendClient, newChannelClient, type SendOutcome } from "../../src/veneur/mod.ts";
import { count, gauge, Samples, type SsfSpan } from "../../src/veneur/ssf/mod.ts";
import { CollectingBackend } from "../../src/veneur/testing/mod.ts";
import { isTraceSpan } from "../../src/wire/ssf/normalize_ssf_span.ts";
import { errorOf, summary } from "./_record_spans.ts";

Deno.test("metrics are reported as spans that are no trace spans", async () => {
  const spans: SsfSpan[] = [];
  await using client = newChannelClient(spans);
  const samples = new Samples();
  samples.add(count("a", 1), gauge("b", 2));
  assertEquals(report(client, samples), { status: "accepted" });
  assertEquals(reportBatch(client, [count("c", 3)]), { status: "accepted" });
  assertEquals(reportOne(client, count("d", 4)), { status: "accepted" });
  const outcome = await new Promise<SendOutcome>((resolve) => {
    assertEquals(reportAsync(client, [count("e", 5)], resolve), { status: "accepted" });
  });
  assertEquals(outcome, { status: "sent" });
  assertEquals(spans.map((span) => span.metrics.map((sample) => sample.name).join()), [
    "a,b",
    "c",
    "d",
    "e",
  ]);
  assertEquals(spans.some(isTraceSpan), false);
});

Deno.test("a batch that changes after it was reported is sent as it was", async () => {
  const spans: SsfSpan[] = [];
  await using client = newChannelClient(spans);
  const samples = new Samples();
  samples.add(count("a", 1));
  report(client, samples);
  samples.add(count("b", 1));
  await client.flush();
  assertEquals(spans[0].metrics.length, 1);
});

Deno.test("an empty batch is an error, with any client or none", () => {
  for (const result of [report(undefined, new Samples()), reportBatch(undefined, [])]) {
    assertInstanceOf(errorOf(result, "no_metrics"), ErrNoMetrics);
  }
  const called: unknown[] = [];
  assertEquals(reportAsync(undefined, [], (outcome) => called.push(outcome)).status, "no_metrics");
  assertEquals(called, []);
});

Deno.test("metrics without a client, or through a failing one, say so", async () => {
  assertEquals(reportOne(undefined, count("a", 1)).status, "no_client");
  const backend = new CollectingBackend([], { sendError: () => new Error("as told") });
  await using client = newBackendClient(backend);
  const outcome = await new Promise<SendOutcome>((resolve) => {
    reportAsync(client, [count("a", 1)], resolve);
  });
  assertEquals(summary(outcome), "failed: as told");
});
