import { assertEquals, assertRejects } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { openRecording, readSpans, record, replayFile } from "../../src/replay/mod.ts";
import { createTracer } from "../../src/sdk/mod.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

async function linesOf(path: string): Promise<string[]> {
  const spans: Span[] = [];
  await using opened = await openRecording(path);
  for await (const message of readSpans(opened, new AbortController().signal)) {
    if (message.type === "spans") spans.push(...message.spans);
  }
  return spans.map((span) => encodeSpanLine(span));
}

Deno.test("what a program sends is recorded, and recorded again when it is replayed", () =>
  inTemporaryFolder(async (folder) => {
    const [first, second] = [`${folder}/first.jsonl`, `${folder}/second.jsonl.gz`];
    const recorder = await record(first, { socket: `${folder}/1.sock` });
    const tracer = createTracer({ url: `unix://${folder}/1.sock` });
    await tracer.trace("outer", () => tracer.trace("inner", () => {}));
    await tracer.shutdown();
    await sendEvents(`${folder}/1.sock`, startLine("hung") + endLine("never began"));
    const summary = await recorder.close();
    assertEquals([summary.recorded, summary.unfinished, summary.rejected], [3, 1, {
      orphan_end: 1,
    }]);
    assertEquals(await recorder.close(), summary);

    {
      await using again = await record(second, { socket: `${folder}/2.sock` });
      assertEquals(again.path, second);
      const { outcome, sentSpanCount } = await replayFile(first, {
        to: `unix://${folder}/2.sock`,
        speed: "max",
      });
      assertEquals([outcome, sentSpanCount], ["done", 3]);
    }
    const expected = await linesOf(first);
    assertEquals(expected.length, 3);
    assertEquals((await linesOf(second)).sort(), expected.sort());
  }));

Deno.test("a file or a folder that is not there is an error, and nothing stays open", () =>
  inTemporaryFolder(async (folder) => {
    await using _ = await record(`${folder}/a.jsonl`, { socket: `${folder}/s.sock` });
    await assertRejects(
      () => replayFile(`${folder}/none.jsonl`, { to: `unix://${folder}/s.sock` }),
      Error,
      `Cannot read "${folder}/none.jsonl": there is no such file`,
    );
    await assertRejects(() => replayFile(`${folder}/a.jsonl`, { to: "nowhere" }), TypeError);
    await assertRejects(() => record(`${folder}/none/a.jsonl`, { socket: `${folder}/other.sock` }));
    await assertRejects(() => record(`${folder}/b.jsonl`, { socket: `${folder}/none/other.sock` }));
  }));
