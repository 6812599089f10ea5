import { assertEquals } from "@std/assert";
import { WaitingEvents } from "../../src/assemble/waiting_events.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { SpanEvent } from "../../src/model/span.ts";

function event(name: string): SpanEvent {
  return { timeUnixNano: 1n, name, attributes: createAttributes() };
}

function names(events: readonly SpanEvent[] | undefined): string[] | undefined {
  return events?.map(({ name }) => name);
}

Deno.test("events wait for their own span and are handed out once", () => {
  const waiting = new WaitingEvents();
  waiting.add("t1", "a", event("1"));
  waiting.add("t1", "b", event("2"));
  waiting.add("t2", "a", event("3"));
  waiting.add("t1", "a", event("4"));
  assertEquals(waiting.take("t1", "c"), undefined);
  assertEquals(names(waiting.take("t1", "a")), ["1", "4"]);
  assertEquals([waiting.take("t1", "a"), waiting.size], [undefined, 2]);
  waiting.abandon();
  assertEquals([waiting.size, waiting.dropped], [0, { no_span: 2 }]);
});

Deno.test("the events that have waited longest make room for new ones", () => {
  const waiting = new WaitingEvents({ maxEvents: 3 });
  for (const span of ["a", "a", "b", "c"]) waiting.add("t", span, event(span));
  assertEquals([waiting.take("t", "a"), waiting.size], [undefined, 2]);
  assertEquals(waiting.dropped, { no_span: 2 });

  const small = new WaitingEvents({ maxBytes: 100_000 });
  for (let index = 0; index < 1000; index++) small.add("t", `${index}`, event("x".repeat(1000)));
  assertEquals([small.size > 10, small.size < 50], [true, true]);
  small.add("t", "huge", event("x".repeat(100_000)));
  assertEquals([small.size, small.dropped], [0, { no_span: 1001 }]);
});
