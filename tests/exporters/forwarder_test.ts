import { assert, assertEquals } from "@std/assert";
import { Forwarder } from "../../src/exporters/forwarder.ts";
import { createSpanEncoder } from "../../src/transport/span_encoder.ts";
import type { SpanBatch } from "../../src/model/span_batch.ts";
import { retryAfter, type SendResult, SENT } from "../../src/transport/send_result.ts";
import { parseTarget } from "../../src/transport/target.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { sampleSpan } from "./sample_spans.ts";

/** A receiver of OTLP JSON whose answers the test gives. */
class ScriptedTransport implements Transport {
  readonly names: string[] = [];
  answer: () => SendResult | Promise<SendResult> = () => SENT;
  onSend: () => void = () => {};

  send(batch: Uint8Array): SendResult | Promise<SendResult> {
    const names = Array.from(
      new TextDecoder().decode(batch).matchAll(/"name":"(\d+)"/g),
      ([, name]) => name,
    );
    const result = this.answer();
    if ("status" in result && result.status === "ok") this.names.push(...names);
    this.onSend();
    return result;
  }

  sendAtExit(): boolean {
    return false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const encoder = createSpanEncoder(parseTarget("otlp+json+http://localhost"));

/** Spans whose names are numbers from `from` on. */
function batchOf(from: number, count: number): SpanBatch {
  const lines = Array.from(
    { length: count },
    (_, index) =>
      encodeSpanLine(sampleSpan({ spanId: `s${from + index}`, name: `${from + index}` })),
  ).join("");
  return { lines: new TextEncoder().encode(lines), spanCount: count };
}

function range(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${from + index}`);
}

Deno.test("everything arrives once and in order, also over several pieces", async () => {
  const transport = new ScriptedTransport();
  const forwarder = new Forwarder({ transport, encoder });
  for (let from = 0; from < 5000; from += 100) forwarder.write(batchOf(from, 100));
  assertEquals(await forwarder.close(10_000), []);
  assertEquals(transport.names, range(0, 5000));
  assertEquals(forwarder.counters, {
    received: 5000,
    sent: 5000,
    queued: 0,
    rejected: {},
    dropped: {},
  });
});

Deno.test("a receiver that is down gets everything once it is back", async () => {
  const transport = new ScriptedTransport();
  let attempts = 0;
  transport.answer = () => ++attempts < 5 ? retryAfter(1, "connection_failed") : SENT;
  const notices: string[] = [];
  const forwarder = new Forwarder({
    transport,
    encoder,
    onNotice: (message) => notices.push(message),
  });
  forwarder.write(batchOf(0, 10));
  assertEquals(await forwarder.close(10_000), []);
  assertEquals(transport.names, range(0, 10));
  assertEquals(notices, ["cannot be reached yet: connection_failed; trying again"]);
});

Deno.test("what could not be sent in time is handed back, and can be sent by another", async () => {
  const down = new ScriptedTransport();
  down.answer = () => retryAfter(60_000);
  const first = new Forwarder({ transport: down, encoder });
  first.write(batchOf(0, 1000));
  first.write(batchOf(1000, 500));
  const rest = await first.close(30);
  assertEquals(first.counters.queued, 1500);
  const up = new ScriptedTransport();
  const second = new Forwarder({ transport: up, encoder });
  for (const lines of rest) {
    second.write({ lines, spanCount: new TextDecoder().decode(lines).split("\n").length - 1 });
  }
  assertEquals(await second.close(10_000), []);
  assertEquals(up.names, range(0, 1500));
});

Deno.test("the queue is bounded, and each loss is counted under its reason", async () => {
  const transport = new ScriptedTransport();
  transport.answer = () => retryAfter(60_000);
  const full = new Forwarder({ transport, encoder, maxQueuedBytes: batchOf(0, 10).lines.length });
  full.write(batchOf(0, 10));
  full.write(batchOf(10, 1));
  await full.close(1);
  full.write(batchOf(11, 2));
  full.giveUp();
  assertEquals(full.counters, {
    received: 13,
    sent: 0,
    queued: 0,
    rejected: {},
    dropped: { queue_full: 1, closed: 12 },
  });

  const refusing = new ScriptedTransport();
  const answers: SendResult[] = [
    { status: "ok", refused: { count: 3, message: "three are bad" } },
    { status: "rejected", reason: "http_400", message: "all are bad" },
    { status: "rejected", reason: "connection_lost" },
  ];
  refusing.answer = () => answers.shift() ?? SENT;
  const forwarder = new Forwarder({ transport: refusing, encoder });
  for (let sent = 1; sent <= 4; sent++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    refusing.onSend = resolve;
    forwarder.write(batchOf(sent * 10, 10));
    await promise;
  }
  assertEquals(await forwarder.close(10_000), []);
  assertEquals(forwarder.counters, {
    received: 40,
    sent: 17,
    queued: 0,
    rejected: { refused: 3, http_400: 10 },
    dropped: { connection_lost: 10 },
  });
});

Deno.test("what a protocol cannot express is counted, and the rest is sent", async () => {
  const sent: Uint8Array[] = [];
  const forwarder = new Forwarder({
    transport: {
      send: (bytes) => (sent.push(bytes), SENT),
      sendAtExit: () => false,
      close: () => Promise.resolve(),
    },
    encoder: createSpanEncoder(parseTarget("ssf+udp://localhost")),
  });
  const good = encodeSpanLine(sampleSpan({ traceId: "1", spanId: "2", parentId: undefined }));
  const bad = encodeSpanLine(sampleSpan({ traceId: "not a number" }));
  forwarder.write({ lines: new TextEncoder().encode(good + bad), spanCount: 2 });
  await forwarder.close(10_000);
  assertEquals(sent.length, 1);
  assert(sent[0].length > 0);
  assertEquals(forwarder.counters.rejected, { unencodable: 1 });
});
