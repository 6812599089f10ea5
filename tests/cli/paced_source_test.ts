import { assert, assertEquals } from "@std/assert";
import { pacedSource } from "../../src/cli/paced_source.ts";
import type { SourceMessage, SpanSource } from "../../src/cli/span_source.ts";

function sourceOf(isLive: boolean, messages: readonly SourceMessage[]): SpanSource {
  return {
    title: "a test",
    isLive,
    async *read(): AsyncGenerator<SourceMessage> {
      for (const message of messages) yield await Promise.resolve(message);
    },
  };
}

Deno.test("a session that is too fast is only looked at now and then", async () => {
  const messages: SourceMessage[] = [
    { type: "live" },
    { type: "skipped", spanCount: 1_000_000 },
    { type: "spans", spans: [] },
  ];
  const times: number[] = [];
  const got: SourceMessage[] = [];
  const { signal } = new AbortController();
  for await (const message of pacedSource(sourceOf(true, messages), 1).read(signal)) {
    got.push(message);
    times.push(performance.now());
  }
  assertEquals(got, messages);
  // Timers may fire a little early.
  assert(times[2] - times[1] > 490);
});

Deno.test("who stops does not wait for the next look, and files are read at once", async () => {
  const stop = new AbortController();
  const reading = pacedSource(sourceOf(true, [{ type: "skipped", spanCount: 1 }]), 1)
    .read(stop.signal);
  await reading.next();
  const ended = reading.next();
  stop.abort();
  assertEquals((await ended).done, true);
  const file = sourceOf(false, []);
  assertEquals(pacedSource(file, 0.1), file);
});
