import { assert, assertEquals } from "@std/assert";
import { SpanRing } from "../../src/broadcast/span_ring.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function line(index: number, length = 100): Uint8Array {
  return encoder.encode(`${index}`.padEnd(length - 1, ".") + "\n");
}

Deno.test("every reader gets everything that is appended, backlog first", async () => {
  const ring = new SpanRing();
  for (let index = 0; index < 2000; index++) ring.append(line(index), 1);
  async function read(): Promise<string> {
    let text = "";
    for await (const chunk of ring.read(ring.oldest())) text += decoder.decode(chunk.lines);
    return text;
  }
  const readers = [read(), read()];
  for (let index = 2000; index < 3000; index++) {
    ring.append(line(index), 1);
    if (index % 100 === 0) await Promise.resolve();
  }
  ring.close();
  for (const text of await Promise.all(readers)) {
    assertEquals(text.split("\n").slice(0, -1).map((each) => parseInt(each)), [
      ...Array(3000).keys(),
    ]);
  }
});

Deno.test("a slow reader learns how many spans it missed, and the sum is exact", async () => {
  const ring = new SpanRing(256 * 1024);
  let seen = 0;
  let skipped = 0;
  const reader = ring.read(ring.oldest());
  ring.append(line(0), 1);
  const first = await reader.next();
  seen += countLines(first.value?.lines);
  for (let index = 1; index < 50_000; index++) ring.append(line(index), 1);
  ring.close();
  for await (const chunk of reader) {
    skipped += chunk.skippedSpanCount;
    seen += countLines(chunk.lines);
  }
  assert(skipped > 0);
  assertEquals(seen + skipped, 50_000);
});

Deno.test("a line larger than the whole ring passes through", async () => {
  const ring = new SpanRing(1024);
  ring.append(line(1, 500_000), 1);
  ring.close();
  for await (const chunk of ring.read(ring.oldest())) assertEquals(chunk.lines.length, 500_000);
});

Deno.test("a reader is told when it has caught up, also when there is nothing yet", async () => {
  const ring = new SpanRing();
  const stop = new AbortController();
  await new Promise<void>((resolve) => {
    ring.read(ring.oldest(), { onLive: resolve, signal: stop.signal }).next();
  });
  stop.abort();
  ring.append(line(1), 1);
  const order: string[] = [];
  ring.close();
  for await (const _chunk of ring.read(ring.oldest(), { onLive: () => order.push("live") })) {
    order.push("chunk");
  }
  assertEquals(order, ["chunk", "live"]);
});

Deno.test("a reader that skips the backlog sees only what comes after", async () => {
  const ring = new SpanRing();
  ring.append(line(1), 1);
  const reader = ring.read(ring.newest());
  const next = reader.next();
  ring.append(line(2), 1);
  assertEquals(parseInt(decoder.decode((await next).value?.lines)), 2);
  await reader.return(undefined);
});

function countLines(bytes: Uint8Array | undefined): number {
  return decoder.decode(bytes).split("\n").length - 1;
}
