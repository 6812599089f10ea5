import { assert, assertEquals } from "@std/assert";
import { encodeText } from "../../src/transport/encode_text.ts";
import { EventSender, type EventSenderCounters } from "../../src/transport/event_sender.ts";
import type { EncodedMessage, MessageEncoder } from "../../src/transport/message_encoder.ts";
import { rejected, retryAfter, type SendResult, SENT } from "../../src/transport/send_result.ts";
import type { Transport } from "../../src/transport/transport.ts";

/** A transport whose answers the test gives. */
class ScriptedTransport implements Transport {
  readonly batches: string[] = [];
  answer: (batch: string) => SendResult | Promise<SendResult> = () => SENT;
  isClosed = false;

  send(batch: Uint8Array): SendResult | Promise<SendResult> {
    const text = new TextDecoder().decode(batch);
    this.batches.push(text);
    return this.answer(text);
  }

  sendAtExit(): boolean {
    return false;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

function format(event: number): string {
  return `${event}\n`;
}

/** An encoder of datagrams: a message an event, and no odd ones. */
const DATAGRAMS: MessageEncoder<number> = {
  isJoinable: false,
  encode(events, onDropped): EncodedMessage[] {
    const even = events.filter((event) => event % 2 === 0);
    if (even.length < events.length) onDropped("odd", events.length - even.length);
    return even.map((event) => ({ bytes: new TextEncoder().encode(`${event}`), count: 1 }));
  },
};

/** Fails unless nothing is unaccounted for. */
function assertBalanced({ recorded, sent, queued, dropped }: EventSenderCounters): void {
  assertEquals(
    recorded,
    sent + queued + Object.values(dropped).reduce((sum, count) => sum + count, 0),
  );
}

Deno.test("the first event goes at once, the others of the turn go together", async () => {
  const transport = new ScriptedTransport();
  const sender = new EventSender(transport, encodeText(format));
  for (let event = 1; event <= 4; event++) sender.record(event);
  assertEquals(transport.batches, ["1\n"]);
  while (transport.batches.length < 2) await new Promise((resolve) => setTimeout(resolve));
  assertEquals(transport.batches, ["1\n", "2\n3\n4\n"]);
  await sender.close();
  assertEquals(sender.counters, { recorded: 4, sent: 4, queued: 0, dropped: {} });
});

Deno.test("a full queue drops starts first, and ends only when nothing fits any more", async () => {
  const transport = new ScriptedTransport();
  const release = Promise.withResolvers<SendResult>();
  transport.answer = () => release.promise;
  const sender = new EventSender(transport, encodeText(format), { maxQueuedEvents: 8 });
  const taken = Array.from({ length: 10 }, (_, event) => sender.record(event));
  assertEquals(taken.filter(Boolean).length, 6);
  const ended = Array.from({ length: 4 }, (_, event) => sender.recordEnd(event));
  assertEquals(ended, [true, true, false, false]);
  sender.skip();
  assertEquals(sender.counters, { recorded: 15, sent: 0, queued: 8, dropped: { would_block: 7 } });
  transport.answer = () => SENT;
  release.resolve(SENT);
  await sender.close();
  assertEquals(sender.counters, { recorded: 15, sent: 8, queued: 0, dropped: { would_block: 7 } });
});

Deno.test("the queue is bounded in bytes", async () => {
  const transport = new ScriptedTransport();
  transport.answer = () => retryAfter(60_000);
  const sender = new EventSender(transport, encodeText((event: number) => "x".repeat(event)), {
    maxQueuedBytes: 100_000,
    maxQueuedEvents: 1_000_000,
  });
  for (let count = 0; count < 5000; count++) sender.record(1000);
  const { queued, dropped } = sender.counters;
  assert(queued < 1000 && dropped.would_block > 4000, `${queued}`);
  await sender.close(0);
  assertBalanced(sender.counters);
  assertEquals(sender.counters.queued, 0);
});

Deno.test("what could not be sent is tried again after the wait, in order and once", async () => {
  const transport = new ScriptedTransport();
  let failures = 3;
  transport.answer = () => failures-- > 0 ? retryAfter(1) : SENT;
  const sender = new EventSender(transport, encodeText(format));
  for (let event = 0; event < 2000; event++) sender.record(event);
  assertEquals(await sender.flush(), true);
  const sent = transport.batches.slice(3).join("");
  assertEquals(sent, Array.from({ length: 2000 }, (_, event) => format(event)).join(""));
  await sender.close();
  assertEquals(sender.counters.sent, 2000);
});

Deno.test("what the transport refuses counts as dropped for its reason", async () => {
  const transport = new ScriptedTransport();
  transport.answer = (batch) =>
    batch === "1\n" ? rejected("connection_lost") : Promise.resolve(SENT);
  const sender = new EventSender(transport, encodeText(format));
  sender.record(1);
  sender.record(2);
  await sender.close();
  assertEquals(sender.counters, {
    recorded: 2,
    sent: 1,
    queued: 0,
    dropped: { connection_lost: 1 },
  });
});

Deno.test("closing gives up after its deadline and counts what is lost", async () => {
  const transport = new ScriptedTransport();
  transport.answer = () => new Promise(() => {});
  const sender = new EventSender(transport, encodeText(format));
  for (let event = 0; event < 10; event++) sender.record(event);
  assertEquals(await sender.flush(1), false);
  await sender.close(1);
  assertEquals(sender.record(11), false);
  assert(transport.isClosed);
  assertEquals(sender.counters, { recorded: 11, sent: 0, queued: 0, dropped: { closed: 11 } });
});

Deno.test("messages that cannot be joined stay apart, and what cannot be encoded is counted", async () => {
  const transport = new ScriptedTransport();
  let attempts = 0;
  transport.answer = () => attempts++ === 0 ? retryAfter(1) : SENT;
  const sender = new EventSender(transport, DATAGRAMS);
  for (let event = 0; event < 6; event++) sender.record(event);
  await sender.close();
  assertEquals(transport.batches, ["0", "0", "2", "4"]);
  assertEquals(sender.counters, { recorded: 6, sent: 3, queued: 0, dropped: { odd: 3 } });
});

Deno.test("what a receiver refuses of a message counts as dropped", async () => {
  const transport = new ScriptedTransport();
  const sender = new EventSender(transport, encodeText(format));
  sender.record(1);
  transport.answer = () => ({ status: "ok", refused: { count: 2, message: "no" } });
  for (let event = 2; event <= 4; event++) sender.record(event);
  await sender.close();
  assertEquals(sender.counters, { recorded: 4, sent: 2, queued: 0, dropped: { refused: 2 } });
});
