import { assert, assertEquals } from "@std/assert";
import { EventAssembler } from "../../src/assemble/event_assembler.ts";
import {
  GoTraceReceiver,
  type GoTraceReceiverOptions,
} from "../../src/receivers/gotrace_receiver.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

interface Setup {
  path: string;
  assembler: EventAssembler;
  receiver: GoTraceReceiver;
  lines: string[];
  /** Resolves when this many lines have come out. */
  lineCount(count: number): Promise<void>;
}

async function withReceiver(
  options: Partial<GoTraceReceiverOptions>,
  test: (setup: Setup) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const lines: string[] = [];
    let check = (): void => {};
    const assembler = new EventAssembler({
      onSpans: (batch) => {
        lines.push(...new TextDecoder().decode(batch.lines).split("\n").slice(0, -1));
        check();
      },
    });
    const path = `${folder}/s`;
    await using receiver = await GoTraceReceiver.listen(path, { assembler, ...options });
    const serving = receiver.serve();
    await test({
      path,
      assembler,
      receiver,
      lines,
      lineCount: (count) =>
        new Promise((resolve) => {
          check = () => {
            if (lines.length >= count) resolve();
          };
          check();
        }),
    });
    await receiver.close();
    await serving;
  });
}

Deno.test("spans of many connections are collected, each line once", async () => {
  await withReceiver({}, async ({ path, lineCount, lines, assembler }) => {
    await Promise.all(
      Array.from({ length: 20 }, (_, connection) => {
        const ids = Array.from({ length: 500 }, (_, index) => `${connection}-${index}`);
        return sendEvents(path, ...ids.map((id) => startLine(id) + endLine(id)));
      }),
    );
    await lineCount(10_000);
    assertEquals(new Set(lines.map((line) => JSON.parse(line).id)).size, 10_000);
    assertEquals(assembler.counters.received, 20_000);
  });
});

Deno.test("a line over the limit is counted and the next one of the connection works", async () => {
  await withReceiver({}, async ({ path, lineCount, lines, assembler }) => {
    const limit = 1024 * 1024;
    const shell = startLine("edge", { name: "" }).length - 1;
    await sendEvents(
      path,
      startLine("edge", { name: "x".repeat(limit - shell) }),
      endLine("edge"),
      startLine("over", { name: "x".repeat(limit - shell + 1) }),
      "y".repeat(5 * limit) + "\n",
      startLine("good"),
      endLine("good"),
    );
    await lineCount(2);
    assertEquals(lines.map((line) => JSON.parse(line).id), ["edge", "good"]);
    assertEquals(assembler.counters.rejected, { too_long: 2 });
    assertEquals(assembler.counters.received, 6);
  });
});

Deno.test("a stream cut into single bytes gives the same spans", async () => {
  await withReceiver({}, async ({ path, lineCount, lines }) => {
    const bytes = new TextEncoder().encode(startLine("a", { name: "日本" }) + endLine("a"));
    await sendEvents(path, ...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    await lineCount(1);
    assertEquals(JSON.parse(lines[0]).name, "日本");
  });
});

Deno.test("a last line without its line end counts", async () => {
  await withReceiver({}, async ({ path, lineCount, lines }) => {
    await sendEvents(path, startLine("a") + endLine("a").trimEnd());
    await lineCount(1);
    assertEquals(JSON.parse(lines[0]).id, "a");
  });
});

Deno.test("a span may end over another connection than it started", async () => {
  await withReceiver({}, async ({ path, lineCount, lines }) => {
    await sendEvents(path, startLine("a"));
    await sendEvents(path, endLine("a"));
    await lineCount(1);
    assert(!("unfinished" in JSON.parse(lines[0])));
  });
});

Deno.test("spans of a program that is gone become unfinished, those of others stay open", async () => {
  await withReceiver({ lostSpanGraceMs: 1 }, async ({ path, lineCount, lines, assembler }) => {
    using other = await Deno.connect({ transport: "unix", path });
    await other.write(new TextEncoder().encode(startLine("other")));
    await sendEvents(path, startLine("last words"));
    await lineCount(1);
    assertEquals(JSON.parse(lines[0]).id, "last words");
    assertEquals(JSON.parse(lines[0]).unfinished, true);
    assertEquals(assembler.openCount, 1);
  });
});

Deno.test("closing takes what has already been sent", async () => {
  await withReceiver({}, async ({ path, receiver, assembler }) => {
    using connection = await Deno.connect({ transport: "unix", path });
    for (let index = 0; index < 300; index++) {
      await connection.write(
        new TextEncoder().encode(startLine(`${index}`) + endLine(`${index}`)),
      );
    }
    await receiver.close();
    assertEquals(assembler.counters.spans, 300);
  });
});

Deno.test("one connection too many is refused, and the rest go on", async () => {
  await withReceiver({ maxConnections: 1 }, async ({ path, receiver, lineCount }) => {
    using first = await Deno.connect({ transport: "unix", path });
    await first.write(new TextEncoder().encode(startLine("a")));
    using second = await Deno.connect({ transport: "unix", path });
    assertEquals(await second.read(new Uint8Array(1)), null);
    assertEquals(receiver.refusedConnectionCount, 1);
    await first.write(new TextEncoder().encode(endLine("a")));
    await lineCount(1);
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
  }, async ({ path, lineCount }) => {
    const sending = sendEvents(path, (startLine("a") + endLine("a")).repeat(20_000));
    while (release === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    release();
    await sending;
    await lineCount(20_000);
  });
});
