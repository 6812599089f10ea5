import { assert, assertEquals, assertRejects } from "@std/assert";
import { listenSsf } from "../../src/receivers/listen_ssf.ts";
import { formatSocketAddress } from "../../src/model/socket_address.ts";
import { parseSsfAddress } from "../../src/receivers/ssf_address.ts";
import { SsfIntake, type SsfIntakeOptions } from "../../src/receivers/ssf_intake.ts";
import type { SsfReceiver, SsfReceiverOptions } from "../../src/receivers/ssf_receiver.ts";
import { encodeSsfSpan } from "../../src/wire/ssf/encode_ssf_span.ts";
import { encodeSsfFrame } from "../../src/wire/ssf/ssf_frame.ts";
import { createSsfSample, createSsfSpan, type SsfSpan } from "../../src/wire/ssf/ssf_span.ts";
import { connectSsf, sendDatagrams, sendSsf, ssfSpan, writeAll } from "../testing/send_ssf.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

interface Setup {
  readonly url: string;
  readonly receiver: SsfReceiver;
  readonly intake: SsfIntake;
  /** The spans that have come out, as parsed lines. */
  readonly spans: Record<string, unknown>[];
  /** How many spans each batch had. */
  readonly batches: number[];
  /** Resolves when this many spans have come out. */
  spanCount(count: number): Promise<void>;
  /** Resolves when this many messages have been received. */
  received(count: number): Promise<void>;
}

interface SetupOptions extends Partial<SsfReceiverOptions>, Partial<SsfIntakeOptions> {
  /** @default "unix" */
  transport?: "unix" | "tcp" | "udp";
}

async function withReceiver(
  options: SetupOptions,
  test: (setup: Setup) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const { transport = "unix" } = options;
    const spans: Record<string, unknown>[] = [];
    const batches: number[] = [];
    let check = (): void => {};
    const intake = new SsfIntake({
      flushIntervalMs: options.flushIntervalMs,
      maxLineBytes: options.maxLineBytes,
      onSpans: (batch) => {
        const lines = new TextDecoder().decode(batch.lines).split("\n").slice(0, -1);
        assertEquals(lines.length, batch.spanCount);
        spans.push(...lines.map((line) => JSON.parse(line)));
        batches.push(lines.length);
        check();
      },
    });
    const url = transport === "unix" ? `unix://${folder}/s` : `${transport}://127.0.0.1:0`;
    await using receiver = await listenSsf(parseSsfAddress(url), { intake, ...options });
    const serving = receiver.serve();
    await test({
      url: formatSocketAddress(receiver.address),
      receiver,
      intake,
      spans,
      batches,
      spanCount: (count) =>
        new Promise((resolve) => {
          check = () => {
            if (spans.length >= count) resolve();
          };
          check();
        }),
      async received(count): Promise<void> {
        while (intake.counters.received < count) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
    });
    await receiver.close();
    await serving;
    const { received, accepted, rejected, dropped } = intake.counters;
    const lost = [...Object.values(rejected), ...Object.values(dropped)];
    assertEquals(received, lost.reduce((a, b) => a + b, accepted));
    assertEquals(accepted, spans.length);
  });
}

function frame(fields: Partial<SsfSpan>): Uint8Array {
  return encodeSsfFrame(encodeSsfSpan(ssfSpan(fields)));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("spans of many connections are received, each once", async () => {
  for (const transport of ["unix", "tcp"] as const) {
    await withReceiver({ transport }, async ({ url, spans, spanCount, intake }) => {
      await Promise.all(
        Array.from({ length: 20 }, async (_, connection) => {
          const frames = Array.from(
            { length: 100 },
            (_, index) => frame({ id: BigInt(connection * 100 + index + 1), traceId: 1n }),
          );
          await sendSsf(url, concat(...frames), 1000);
        }),
      );
      await spanCount(2000);
      assertEquals(new Set(spans.map((span) => span.id)).size, 2000);
      assertEquals([intake.counters.spans, intake.counters.traces], [2000, 1]);
    });
  }
});

Deno.test("a stream of single bytes gives the same spans", async () => {
  await withReceiver({ transport: "tcp" }, async ({ url, spans, spanCount }) => {
    const stream = concat(frame({ id: 1n, name: "日本" }), frame({ id: 2n, service: "shop" }));
    await sendSsf(url, stream, 1);
    await spanCount(2);
    assertEquals(spans.map(({ id, name, service }) => [id, name, service]), [
      ["1", "日本", undefined],
      ["2", "work", "shop"],
    ]);
  });
});

Deno.test("what does not decode is counted by its reason, and the connection goes on", async () => {
  await withReceiver({}, async ({ url, spans, spanCount, intake }) => {
    await sendSsf(
      url,
      concat(
        encodeSsfFrame(Uint8Array.of(0x10)),
        encodeSsfFrame(Uint8Array.of(0x42, 1, 0xff)),
        encodeSsfFrame(new Uint8Array()),
        encodeSsfFrame(encodeSsfSpan(createSsfSpan({ metrics: [createSsfSample()] }))),
        frame({ id: 7n, name: "", tags: { name: "from a tag" }, metrics: [createSsfSample()] }),
      ),
    );
    await spanCount(1);
    assertEquals(intake.counters.rejected, { malformed: 1, invalid_utf8: 1, not_a_trace_span: 2 });
    assertEquals([spans[0].name, spans[0].attrs], ["from a tag", undefined]);
    assertEquals((spans[0].samples as Record<string, unknown>[])[0].rate, 1);
  });
});

Deno.test("broken framing ends that connection, and no other", async () => {
  await withReceiver({ maxBodyBytes: 1000 }, async ({ url, spanCount, spans, intake }) => {
    using other = await connectSsf(url);
    await writeAll(other, frame({ id: 1n }));
    // The server closes them, as sendSsf waits for.
    await sendSsf(url, concat(frame({ id: 2n }), Uint8Array.of(1, 0, 0, 0, 0), frame({ id: 99n })));
    await sendSsf(url, concat(frame({ id: 3n }), Uint8Array.of(0, 0, 0, 3, 233), frame({})));
    await writeAll(other, frame({ id: 4n }));
    await sendSsf(url, frame({ id: 5n }));
    await spanCount(5);
    assertEquals(intake.counters.rejected, { bad_frame: 1, too_long: 1 });
    assertEquals(spans.map((span) => span.id).sort(), ["1", "2", "3", "4", "5"]);
  });
});

Deno.test("an end inside a frame is counted, one between frames is clean", async () => {
  await withReceiver({}, async ({ url, intake }) => {
    const whole = frame({});
    for (const length of [1, 4, 5, whole.length - 1]) await sendSsf(url, whole.subarray(0, length));
    await sendSsf(url, new Uint8Array());
    await sendSsf(url, whole);
    assertEquals(intake.counters.rejected, { truncated: 4 });
    assertEquals(intake.counters.accepted, 1);
  });
});

Deno.test("a span of megabytes goes through, one whose line nobody could read does not", async () => {
  const name = "x".repeat(2 * 1024 * 1024);
  await withReceiver({ maxLineBytes: 3_000_000 }, async ({ url, spans, spanCount, intake }) => {
    await sendSsf(url, concat(frame({ id: 1n }), frame({ id: 2n, name })));
    // Each quotation mark has two bytes in JSON.
    await sendSsf(url, frame({ id: 3n, name: '"'.repeat(2 * 1024 * 1024) }));
    await sendSsf(url, frame({ id: 4n }));
    await spanCount(3);
    assertEquals(spans.map((span) => span.id), ["1", "2", "4"]);
    assertEquals(spans[1].name, name);
    assertEquals(intake.counters.rejected, { too_long: 1 });
  });
});

Deno.test("spans that come one by one are handed over together", async () => {
  await withReceiver({ flushIntervalMs: 50 }, async ({ url, spanCount, batches }) => {
    using connection = await connectSsf(url);
    for (let id = 1n; id <= 500n; id++) await writeAll(connection, frame({ id }));
    await spanCount(500);
    assert(batches.length < 100, `${batches.length} batches`);
  });
});

Deno.test("datagrams are received up to the longest there can be", async () => {
  await withReceiver({ transport: "udp" }, async ({ url, spans, spanCount, intake }) => {
    const shell = encodeSsfSpan(ssfSpan({ id: 2n, name: "x".repeat(60_000) })).length - 60_000;
    const longest = encodeSsfSpan(ssfSpan({ id: 2n, name: "x".repeat(65_507 - shell) }));
    assertEquals(longest.length, 65_507);
    await sendDatagrams(url, encodeSsfSpan(ssfSpan({ id: 1n })), longest);
    await sendDatagrams(url, Uint8Array.of(0xff), encodeSsfSpan(ssfSpan({ id: 3n })));
    await spanCount(3);
    assertEquals(spans.map((span) => span.id), ["1", "2", "3"]);
    assertEquals(intake.counters.rejected, { malformed: 1 });
  });
});

Deno.test("a datagram over the limit is counted and never taken for a shorter one", async () => {
  const options = { transport: "udp", maxDatagramBytes: 100 } as const;
  await withReceiver(options, async ({ url, spanCount, intake, received }) => {
    const base = encodeSsfSpan(ssfSpan({ name: "" })).length + 2;
    const exact = encodeSsfSpan(ssfSpan({ name: "x".repeat(100 - base) }));
    // Its first 100 bytes are a good span.
    const longer = Uint8Array.of(...exact, ...encodeSsfSpan(createSsfSpan({ indicator: true })));
    assertEquals([exact.length, longer.length], [100, 102]);
    await sendDatagrams(url, longer, longer.slice(0, 101), exact);
    await received(3);
    await spanCount(1);
    assertEquals(intake.counters.rejected, { too_long: 2 });
  });
});

Deno.test("datagrams that the kernel throws away are counted", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const setup = { transport: "udp" } as const;
  await withReceiver(setup, async ({ url, receiver, intake }) => {
    const count = 2000;
    const datagram = encodeSsfSpan(ssfSpan({ name: "x".repeat(50_000) }));
    await sendDatagrams(url, ...Array<Uint8Array>(count).fill(datagram));
    await receiver.close();
    const { received, accepted, dropped } = intake.counters;
    assertEquals([received, accepted + (dropped.socket_full ?? 0)], [count, count]);
  });
});

Deno.test("closing takes what has already been sent, over streams and datagrams", async () => {
  for (const transport of ["unix", "tcp", "udp"] as const) {
    await withReceiver({ transport, flushIntervalMs: 10_000 }, async (setup) => {
      const { url, receiver, spans } = setup;
      if (transport === "udp") {
        await sendDatagrams(
          url,
          ...Array.from({ length: 50 }, (_, id) => encodeSsfSpan(ssfSpan({ id: BigInt(id + 1) }))),
        );
        await receiver.close();
      } else {
        using connection = await connectSsf(url);
        for (let id = 1n; id <= 50n; id++) await writeAll(connection, frame({ id }));
        await receiver.close();
      }
      assertEquals(spans.length, 50);
    });
  }
});

Deno.test("a sender that stops inside a frame does not hold up the closing", async () => {
  await withReceiver({}, async ({ url, receiver, intake, received }) => {
    using connection = await connectSsf(url);
    await writeAll(connection, concat(frame({}), Uint8Array.of(0, 0, 0, 1)));
    await received(1);
    await receiver.close();
    assertEquals(intake.counters.rejected, { truncated: 1 });
  });
});

Deno.test("one connection too many is refused", async () => {
  await withReceiver({ maxConnections: 1 }, async ({ url, receiver, received }) => {
    using first = await connectSsf(url);
    await writeAll(first, frame({}));
    await received(1);
    using second = await connectSsf(url);
    assertEquals(await second.read(new Uint8Array(1)), null);
    assertEquals(receiver.refusedConnectionCount, 1);
  });
});

Deno.test("back-pressure holds the sender, and nothing is lost", async () => {
  let release: (() => void) | undefined;
  let waits = 0;
  await withReceiver({
    backPressure: () => {
      if (waits++ > 0) return undefined;
      return new Promise((resolve) => release = resolve);
    },
  }, async ({ url, spanCount }) => {
    const one = frame({});
    const stream = new Uint8Array(one.length * 20_000);
    for (let at = 0; at < stream.length; at += one.length) stream.set(one, at);
    const sending = sendSsf(url, stream);
    while (release === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    release();
    await sending;
    await spanCount(20_000);
  });
});

Deno.test("an address that cannot be bound is an error that says what to do", async () => {
  const intake = new SsfIntake({ onSpans: () => {} });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `tcp://127.0.0.1:${taken.addr.port}`;
  await assertRejects(
    () => listenSsf(parseSsfAddress(url), { intake }),
    Error,
    `Cannot listen on "${url}": another process has that port`,
  );
  for (const transport of ["tcp", "udp"]) {
    await assertRejects(
      () => listenSsf(parseSsfAddress(`${transport}://192.0.2.1:0`), { intake }),
      Error,
      "this machine has no such address",
    );
  }
});
